use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (limit, name) = gather!(limit: user(1), user(2)).await;
    println!("{limit} {name}");
}
