use gather::gather;
use tokio::runtime::Runtime;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

fn main() {
    let runtime = Runtime::new().unwrap();
    let page = gather!(on = runtime.handle(); user(7), orders(7));
    let (user, orders) = runtime.block_on(async { page.await });
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
