use gather::gather;

async fn count() -> u32 {
    3
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (count, orders) = gather!(count(), orders(7)).await;
    println!("{} of {}", orders.len(), count.pow(2));
}
