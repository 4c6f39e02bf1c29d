use std::error::Error;

use gather::try_gather;

type AnyError = Box<dyn Error + Send + Sync>;

async fn number() -> Result<u32, AnyError> {
    Ok("1".parse()?)
}

async fn file() -> std::io::Result<String> {
    Ok(String::from("x"))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let (number, text) = try_gather!(number(), file()).await?;
    println!("{number} {}", text.len());
    Ok(())
}
