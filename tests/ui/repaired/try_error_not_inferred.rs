use gather::try_gather;

#[tokio::main]
async fn main() {
    let numbers = try_gather!(async { Ok::<_, String>(7) }, async { Ok(8) }).await;
    println!("{}", numbers.is_ok());
}
