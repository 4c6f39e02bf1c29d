use std::io;

use gather::try_gather;

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, io::Error> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() {
    let (user, orders) = try_gather!(user(7), orders(7)).unwrap();
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
