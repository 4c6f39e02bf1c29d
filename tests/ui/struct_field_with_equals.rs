use gather::gather;

struct Page {
    user: String,
    orders: Vec<u32>,
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let page = gather!(Page { user = user(7), orders: orders(7) }).await;
    println!("{}: {} orders", page.user, page.orders.len());
}
