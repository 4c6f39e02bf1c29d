use std::io;
use std::num::ParseIntError;

use gather::try_gather;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn orders(id: &str) -> Result<Vec<u32>, ParseIntError> {
    Ok(vec![id.parse()?])
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let (user, orders) = try_gather!(error = AnyError; user(7), orders("7")).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
