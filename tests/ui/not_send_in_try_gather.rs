use std::io;
use std::rc::Rc;

use gather::try_gather;

async fn user(id: Rc<u32>) -> Result<String, io::Error> {
    tokio::task::yield_now().await;
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, io::Error> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), io::Error> {
    let (user, orders) = try_gather!(user(Rc::new(7)), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
