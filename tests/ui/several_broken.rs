use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let name = String::from("Ada");
    let (user, name, orders, total) = gather!(user(7), name., orders(7).await, orders(8)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    println!("{}: {} orders", name.to_uppercase(), total.len());
}
