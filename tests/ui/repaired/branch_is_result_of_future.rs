use std::num::ParseIntError;

use gather::gather;

fn user(id: u32) -> Result<impl Future<Output = String>, ParseIntError> {
    let id: u32 = id.to_string().parse()?;
    Ok(async move { format!("user {id}") })
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() -> Result<(), ParseIntError> {
    let (user, orders) = gather!(user(7)?, orders(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
