use gather::gather;

#[tokio::main]
async fn main() {
    let users = gather!(..vec![1, 2]).await;
    println!("{} users", users.len());
}
