use gather::gather;

#[tokio::main]
async fn main() {
    let users = gather!(..0..3).await;
    println!("{} users", users.len());
}
