use std::io;

use gather::{BranchError, try_gather};

#[derive(Debug)]
enum AppError {
    Io(io::Error),
    Panicked(BranchError),
}

impl From<io::Error> for AppError {
    fn from(error: io::Error) -> Self {
        AppError::Io(error)
    }
}

impl From<BranchError> for AppError {
    fn from(panic: BranchError) -> Self {
        AppError::Panicked(panic)
    }
}

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, io::Error> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), AppError> {
    let (user, orders) = try_gather!(catch, error = AppError; user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
