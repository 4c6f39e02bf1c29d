use gather::gather;

#[tokio::main]
async fn main() {
    let ids = vec![1, 2, 3];
    let users = gather!(here, limit = 2; ..ids).await;
    println!("{} users", users.len());
}
