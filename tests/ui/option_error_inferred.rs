use std::error::Error;

use gather::try_gather;

type AnyError = Box<dyn Error + Send + Sync>;

async fn file() -> std::io::Result<String> {
    Ok(String::from("x"))
}

async fn number() -> Result<u32, std::num::ParseIntError> {
    "1".parse()
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let (text, number) = try_gather!(error = _; file(), number()).await?;
    println!("{} {number}", text.len());
    Ok(())
}
