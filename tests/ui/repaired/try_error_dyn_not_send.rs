use std::error::Error;

use gather::try_gather;

type AnyError = Box<dyn Error + Send + Sync>;

async fn user(id: u32) -> Result<String, AnyError> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, AnyError> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let (user, orders) = try_gather!(user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
