use gather::gather;

#[tokio::main]
async fn main() {
    let users = gather!(limit = 2; ..42).await;
    println!("{} users", users.len());
}
