use gather::gather;

struct Page {
    user: String,
    orders: Vec<u32>,
}

async fn load(path: &str) -> String {
    format!("contents of {path}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let path = String::from("user.txt");
    let page = gather!(Page {
        user: load(&path),
        orders: orders(7),
    })
    .await;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders.len());
}
