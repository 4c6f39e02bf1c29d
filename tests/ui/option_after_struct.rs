use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

struct Page {
    user: String,
    orders: Vec<u32>,
}

#[tokio::main]
async fn main() {
    let page = gather!(Page { user: user(7), orders: orders(7) }, limit = 2).await;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders.len());
}
