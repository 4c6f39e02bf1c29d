use gather::gather;
use tokio::task::JoinSet;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let mut pages = JoinSet::new();
    for id in 0..3 {
        pages.spawn(gather!(user(id), orders(id)));
    }
    while let Some(page) = pages.join_next().await {
        let (user, orders) = page.unwrap();
        println!("{}: {} orders", user.to_uppercase(), orders.len());
    }
}
