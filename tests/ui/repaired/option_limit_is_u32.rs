use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let limit: usize = 16;
    let (user, orders) = gather!(limit = limit; user(7), orders(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
