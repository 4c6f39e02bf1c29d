use futures::stream::{FuturesUnordered, StreamExt};
use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let mut pages = FuturesUnordered::new();
    for id in 0..3 {
        pages.push(gather!(user(id), orders(id)));
    }
    while let Some((user, orders)) = pages.next().await {
        println!("{}: {} orders", user.to_uppercase(), orders.len());
    }
}
