use std::io;

use gather::try_gather;

async fn user(id: u32) -> Result<String, io::Error> {
    Ok(format!("user {id}"))
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let (first, second) = try_gather!(user(7), user(8)).map_err(|error| error.to_string())?;
    println!("{} and {}", first.to_uppercase(), second.to_uppercase());
    Ok(())
}
