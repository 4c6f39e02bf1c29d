use gather::gather;

struct Page {
    users: Vec<String>,
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
    let page = gather!(Page {
        ..users: (0..3).map(user),
        orders: orders(7),
    })
    .await;
    println!("{} users, {} orders", page.users.len(), page.orders.len());
}
