use gather::gather;

async fn user(id: u32) -> String {
    id.to_string()
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let users = gather!(user(7) if true, orders(7)).await;
    println!("{users:?}");
}
