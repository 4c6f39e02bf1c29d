use gather::gather;

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let name = String::from("Ada");
    let (orders,) = gather!(orders(7)).await;
    println!("{}: {} orders", name.to_uppercase(), orders.len());
}
