use gather::gather;

async fn users() -> Vec<String> {
    vec![String::from("Ada")]
}

#[tokio::main]
async fn main() {
    let users = gather!(..users().await).await;
    println!("{} users", users.len());
}
