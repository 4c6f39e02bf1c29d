use gather::gather_each;

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
    let mut each = gather_each!(Page { user: user(7), orders: orders(7) });
    while let Some((index, page)) = each.next().await {
        println!("{index}: {}", page.user.len() + page.orders.len());
    }
}
