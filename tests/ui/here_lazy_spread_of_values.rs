use gather::gather;

#[tokio::main]
async fn main() {
    let users = gather!(here, limit = 2; ..[7, 8, 9]).await;
    println!("{} users", users.len());
}
