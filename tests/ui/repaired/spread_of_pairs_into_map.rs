use std::collections::HashMap;

use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let jobs = HashMap::from([("Ada", user(7)), ("Grace", user(8))]);
    let users = gather!(..jobs).await;
    let users: HashMap<&str, String> = users.into_iter().collect();
    println!("{} users", users.len());
}
