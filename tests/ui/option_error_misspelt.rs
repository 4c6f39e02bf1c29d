use std::io;

use gather::try_gather;

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

async fn number(text: &str) -> anyhow::Result<u32> {
    Ok(text.parse()?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (user, number) = try_gather!(err = anyhow::Error; user(7), number("7")).await?;
    println!("{}: {}", user.to_uppercase(), number + 1);
    Ok(())
}
