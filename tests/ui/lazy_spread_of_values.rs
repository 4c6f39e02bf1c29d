use gather::gather;

#[tokio::main]
async fn main() {
    let users = gather!(limit = 2; ..vec![1, 2]).await;
    println!("{} users", users.len());
}
