use std::rc::Rc;

use gather::try_gather;

async fn user(id: u32) -> Result<String, Rc<str>> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, Rc<str>> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), Rc<str>> {
    let (user, orders) = try_gather!(user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}

