use std::rc::Rc;

use gather::gather;

async fn user(id: Rc<u32>) -> String {
    tokio::task::yield_now().await;
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(limit = 2; ..(0..3).map(|id| user(Rc::new(id)))).await;
    println!("{} users", users.len());
}
