use std::sync::Arc;

use gather::gather;

async fn tick() {
    tokio::task::yield_now().await;
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (count, orders) = gather!(
        async {
            let count = Arc::new(7);
            tick().await;
            *count
        },
        orders(7),
    )
    .await;
    println!("{} of {}", orders.len(), count);
}
