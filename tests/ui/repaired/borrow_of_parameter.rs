use gather::{Gather, gather};

async fn load(path: &str) -> String {
    format!("contents of {path}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

fn start(path: &str) -> Gather<(String, Vec<u32>)> {
    let path = path.to_owned();
    gather!(async move { load(&path).await }, orders(7))
}

#[tokio::main]
async fn main() {
    let (user, orders) = start("user.txt").await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
