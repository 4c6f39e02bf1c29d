use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let wanted = Some(7);
    let (user, orders) = gather!(wanted.map(user), orders(7)).await;
    println!("{:?}: {} orders", user, orders.len());
}
