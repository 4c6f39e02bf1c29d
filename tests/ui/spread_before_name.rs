use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (users, orders) = gather!(..users: (0..3).map(user), orders: orders(7)).await;
    println!("{} users, {} orders", users.len(), orders.len());
}
