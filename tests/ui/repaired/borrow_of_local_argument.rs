use gather::gather;

async fn load(path: &str) -> String {
    format!("contents of {path}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let path = String::from("user.txt");
    let (user, orders) = gather!(async move { load(&path).await }, orders(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
