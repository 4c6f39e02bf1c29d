use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = vec![Some(user(7)), None, Some(user(8))];
    let users = gather!(..users).await;
    println!("{users:?}");
}
