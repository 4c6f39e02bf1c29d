use std::io;

use gather::try_gather;

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, io::Error> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), io::Error> {
    let (user, orders) = try_gather!(io::Error; user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
