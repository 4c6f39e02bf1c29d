use gather::gather;

#[tokio::main]
async fn main() {
    let users = gather!(..42).await;
    println!("{} users", users.len());
}
