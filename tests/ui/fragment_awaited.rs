use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

macro_rules! both {
    ($first:expr, $second:expr) => {
        gather!($first, $second)
    };
}

#[tokio::main]
async fn main() {
    let (user, orders) = both!(user(7).await, orders(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
