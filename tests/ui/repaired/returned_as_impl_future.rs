use gather::{Gather, gather};

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

fn start() -> Gather<(String, Vec<u32>)> {
    gather!(user(7), orders(7))
}

#[tokio::main]
async fn main() {
    let (user, orders) = start().await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
