use std::num::ParseIntError;

use gather::try_gather;

#[derive(Debug)]
enum AppError {
    Parse(ParseIntError),
}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> Self {
        AppError::Parse(error)
    }
}

async fn user(id: &str) -> Result<u32, ParseIntError> {
    id.parse()
}

#[tokio::main]
async fn main() -> Result<(), AppError> {
    let (user, length) = try_gather!(error = AppError; user("7"), async { Ok("7".len()) }).await?;
    println!("{user}: {length}");
    Ok(())
}
