use futures::StreamExt;
use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users: Vec<_> = gather_each!(..(0..3).map(user)).collect().await;
    println!("{} users", users.len());
}
