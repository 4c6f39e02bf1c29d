use std::rc::Rc;

use gather::gather;

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let users = (0..3).map(|id| (Rc::<str>::from("user"), orders(id)));
    let orders = gather!(limit = 2; ..users).await;
    println!("{}: {} orders", orders[0].0, orders[0].1.len());
}
