use gather::gather;

#[derive(Default)]
struct Page {
    user: String,
    orders: Vec<u32>,
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let page = gather!(Page {
        user: user(7),
        ..Page::default()
    })
    .await;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders.len());
}
