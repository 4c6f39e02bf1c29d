use gather::try_gather;

async fn find(id: u32) -> Option<u32> {
    Some(id)
}

async fn load() -> Result<u32, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    let found = try_gather!(limit = 2; load(), ..(0..3).map(find)).await;
    println!("{}", found.is_ok());
}
