use std::sync::{Arc, Mutex};

use gather::gather;

async fn tick() {
    tokio::task::yield_now().await;
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let total = Arc::new(Mutex::new(0));
    let (total, orders) = gather!(
        async move {
            tick().await;
            let mut total = total.lock().unwrap();
            *total += 1;
            *total
        },
        orders(7),
    )
    .await;
    println!("{} of {}", orders.len(), total);
}
