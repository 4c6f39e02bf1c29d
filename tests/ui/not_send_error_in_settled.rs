use std::error::Error;

use gather::gather_settled;

async fn load(id: u32) -> Result<u32, Box<dyn Error>> {
    if id == 0 {
        Err("no id")?
    }
    Ok(id)
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (loaded, orders) = gather_settled!(load(1), orders(7)).await;
    println!("{} {}", loaded.is_ok(), orders.is_ok());
}
