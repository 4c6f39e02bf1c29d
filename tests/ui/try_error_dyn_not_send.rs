use std::error::Error;

use gather::try_gather;

async fn user(id: u32) -> Result<String, Box<dyn Error>> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, Box<dyn Error>> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (user, orders) = try_gather!(user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
