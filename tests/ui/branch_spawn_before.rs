use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (user, orders) = gather!(spawn user(7), orders(7)).await;
    println!("{user}: {} orders", orders.len());
}
