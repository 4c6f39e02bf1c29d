use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

struct Page {
    head: (String, String),
    orders: Vec<u32>,
}

#[tokio::main]
async fn main() {
    let page = gather!(Page { head: (user(7), user(8)), orders: orders(7) }).await;
    println!("{}: {} orders", page.head.0.to_uppercase(), page.orders.len());
}
