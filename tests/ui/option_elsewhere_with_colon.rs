use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let users = gather!(concurrency: 3, ..[user(7), user(8)]).await;
    println!("{}", users.join(", "));
}
