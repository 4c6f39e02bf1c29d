use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let pages: Vec<_> = (0..3).map(|id| gather!(user(id), orders(id))).collect();
    for (user, orders) in gather!(..pages).await {
        println!("{}: {} orders", user.to_uppercase(), orders.len());
    }
}
