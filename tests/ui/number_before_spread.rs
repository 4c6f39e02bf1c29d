use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(8, ..(0..100).map(user)).await;
    println!("{}", users.len());
}
