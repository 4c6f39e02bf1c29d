use gather::gather;

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let name = String::from("Ada");
    let (user, orders) = gather!(name, orders(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
