use gather::gather;

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (user, orders) = gather!(42, orders(7)).await;
    println!("{}: {} orders", user, orders.len());
}
