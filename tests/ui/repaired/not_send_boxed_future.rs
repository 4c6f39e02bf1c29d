use std::pin::Pin;

use gather::gather;

fn user(id: u32) -> Pin<Box<dyn Future<Output = String> + Send>> {
    Box::pin(async move { format!("user {id}") })
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (user, orders) = gather!(user(7), orders(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
