use std::rc::Rc;

use gather::gather;

async fn user(id: Rc<u32>) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(..(0..3).map(|id| (id, user(Rc::new(id))))).await;
    println!("{} users", users.len());
}
