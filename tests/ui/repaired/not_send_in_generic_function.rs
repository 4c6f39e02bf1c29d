use gather::{Gather, gather};

fn with_orders<F>(user: F) -> Gather<(F::Output, Vec<u32>)>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    gather!(user, orders(7))
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (user, orders) = with_orders(user(7)).await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
