use std::rc::Rc;

use gather::gather;

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let users = [(Rc::<str>::from("Ada"), 7), (Rc::from("Grace"), 8)];
    let orders = gather!(..users.map(|(name, id)| (name, orders(id)))).await;
    println!("{}: {} orders", orders[0].0, orders[0].1.len());
}
