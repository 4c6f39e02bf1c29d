use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let user = user(7);
    let (one, other) = gather!(user, user).await;
    println!("{} and {}", one.to_uppercase(), other.to_uppercase());
}
