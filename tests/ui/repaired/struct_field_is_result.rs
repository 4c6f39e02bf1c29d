use std::io;

use gather::try_gather;

struct Page {
    user: String,
    orders: Vec<u32>,
}

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, io::Error> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), io::Error> {
    let page = try_gather!(Page { user: user(7), orders: orders(7) }).await?;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders.len());
    Ok(())
}
