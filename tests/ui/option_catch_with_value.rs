use gather::{BranchError, try_gather};

async fn user(id: u32) -> Result<String, BranchError> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, BranchError> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), BranchError> {
    let (user, orders) = try_gather!(catch = true; user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
