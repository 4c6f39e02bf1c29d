use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (one, other) = gather!(user(7), user(7)).await;
    println!("{} and {}", one.to_uppercase(), other.to_uppercase());
}
