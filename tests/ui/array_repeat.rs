use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!([user(7); 3]).await;
    println!("{} users", users.len());
}
