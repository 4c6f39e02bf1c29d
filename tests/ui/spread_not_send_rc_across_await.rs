use std::rc::Rc;

use gather::gather;

async fn tick() {
    tokio::task::yield_now().await;
}

#[tokio::main]
async fn main() {
    let counts = gather!(
        ..(0..3).map(|id| async move {
            let count = Rc::new(id);
            tick().await;
            *count
        })
    )
    .await;
    println!("{} of {}", counts.len(), counts[0]);
}
