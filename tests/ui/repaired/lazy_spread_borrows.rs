use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let ids = vec![7, 8, 9];
    let users = gather!(limit = 2; ..ids.into_iter().map(user)).await;
    println!("{} users", users.len());
}
