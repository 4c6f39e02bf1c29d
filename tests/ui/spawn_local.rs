use gather::gather;
use tokio::task::LocalSet;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let local = LocalSet::new();
    let task = local.spawn_local(gather!(user(7), orders(7)));
    local.await;
    let (user, orders) = task.await.unwrap();
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
