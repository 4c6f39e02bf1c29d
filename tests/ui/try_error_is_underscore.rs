use std::io;

use gather::try_gather;

async fn user(id: u32) -> io::Result<String> {
    Ok(id.to_string())
}

async fn orders(id: u32) -> io::Result<Vec<u32>> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let (user, orders) = try_gather!(error = _; user(7), orders(7)).await?;
    println!("{user} {orders:?}");
    Ok(())
}
