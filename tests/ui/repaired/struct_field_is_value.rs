use gather::gather;

struct Page {
    user: String,
    orders: Vec<u32>,
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let page = gather!(Page {
        user: async { String::from("Ada") },
        orders: orders(7),
    })
    .await;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders.len());
}
