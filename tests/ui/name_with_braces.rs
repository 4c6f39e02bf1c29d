use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let page = gather!(head: { user: user(7) }, orders: orders(7)).await;
    println!("{}: {} orders", page.0.user.to_uppercase(), page.1.len());
}
