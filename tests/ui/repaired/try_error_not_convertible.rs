use std::io;
use std::num::ParseIntError;

use gather::try_gather;

#[derive(Debug)]
enum AppError {
    Io(io::Error),
    Parse(ParseIntError),
}

impl From<io::Error> for AppError {
    fn from(error: io::Error) -> Self {
        AppError::Io(error)
    }
}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> Self {
        AppError::Parse(error)
    }
}

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn orders(id: &str) -> Result<Vec<u32>, ParseIntError> {
    Ok(vec![id.parse()?])
}

#[tokio::main]
async fn main() -> Result<(), AppError> {
    let (user, orders) = try_gather!(error = AppError; user(7), orders("7")).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}
