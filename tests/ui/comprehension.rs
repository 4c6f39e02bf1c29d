use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(user(id) for id in 0..3).await;
    println!("{} users", users.len());
}
