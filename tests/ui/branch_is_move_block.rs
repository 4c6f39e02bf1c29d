use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let id = 7;
    let (user, orders) = gather!(move { user(id).await }, orders(7)).await;
    println!("{user}: {} orders", orders.len());
}
