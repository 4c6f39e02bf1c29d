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
    loop {
        match timeout(Duration::from_secs(1), page).await {
            Ok((user, orders)) => {
                println!("{}: {} orders", user.to_uppercase(), orders.len());
                break;
            }
            Err(_) => println!("still waiting"),
        }
    }
}
