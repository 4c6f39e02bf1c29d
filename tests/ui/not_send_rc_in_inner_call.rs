use std::rc::Rc;

use gather::gather;

async fn parse(text: &str) -> usize {
    let shared = Rc::new(text.to_owned());
    tokio::task::yield_now().await;
    shared.len()
}

async fn load(id: u32) -> usize {
    parse(&format!("text {id}")).await
}

#[tokio::main]
async fn main() {
    let (length,) = gather!(load(1)).await;
    println!("{length}");
}
