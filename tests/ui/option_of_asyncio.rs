use gather::gather;

async fn user(id: u32) -> String {
    id.to_string()
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (user, orders) = gather!(return_exceptions = true; user(7), orders(7)).await;
    println!("{user} {orders:?}");
}
