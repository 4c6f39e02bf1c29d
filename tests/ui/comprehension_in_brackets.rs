use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(*[user(id) for id in [7, 8] if id > 7]).await;
    println!("{} users", users.len());
}
