use std::time::Duration;

use gather::gather;
use tokio::time::interval;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let page = gather!(user(7), orders(7));
    let mut ticks = interval(Duration::from_secs(1));
    let (user, orders) = loop {
        tokio::select! {
            page = page => break page,
            _ = ticks.tick() => println!("still waiting"),
        }
    };
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
