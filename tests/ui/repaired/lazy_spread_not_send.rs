use std::sync::Arc;

use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let first = Arc::new(7);
    let users = gather!(limit = 2; ..(0..3).map(move |id| user(*first + id))).await;
    println!("{} users", users.len());
}
