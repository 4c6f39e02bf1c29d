#![deny(unused_must_use)]

use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    gather_each!(user(7), user(8));
}
