use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (kind, name) = gather!(type: user(1), name: user(2)).await;
    println!("{kind} {name}");
}
