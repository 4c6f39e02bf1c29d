use gather::gather;

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (user, orders) = gather!(async { 1 }, orders(7)).await;
    println!("{}: {} orders", user + 1, orders.len());
}
