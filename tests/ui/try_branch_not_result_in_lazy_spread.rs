use std::io;

use gather::try_gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() -> Result<(), io::Error> {
    let users = try_gather!(limit = 2; ..(0..3).map(user)).await?;
    println!("{} users", users.len());
    Ok(())
}
