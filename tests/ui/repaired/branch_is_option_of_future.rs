use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let wanted = Some(7);
    let user = async move {
        match wanted {
            Some(id) => Some(user(id).await),
            None => None,
        }
    };
    let (user, orders) = gather!(user, orders(7)).await;
    println!("{:?}: {} orders", user, orders.len());
}
