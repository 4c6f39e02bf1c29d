use std::sync::Arc;

use gather::gather;

async fn fetch(client: &str, id: u32) -> String {
    format!("{client}: user {id}")
}

#[tokio::main]
async fn main() {
    let client: Arc<str> = Arc::from("client");
    let users = (0..3).map(|id| {
        let client = Arc::clone(&client);
        async move { fetch(&client, id).await }
    });
    let users = gather!(..users).await;
    println!("{} users", users.len());
}
