use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(..(0..100).map(user), 8).await;
    println!("{}", users.len());
}
