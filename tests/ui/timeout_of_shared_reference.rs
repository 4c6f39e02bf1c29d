use std::time::Duration;

use gather::gather;
use tokio::time::timeout;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let page = gather!(user(7), orders(7));
    if let Ok((user, orders)) = timeout(Duration::from_secs(1), &page).await {
        println!("{}: {} orders", user.to_uppercase(), orders.len());
    }
}
