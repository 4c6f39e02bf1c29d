use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn limit() -> u32 {
    16
}

#[tokio::main]
async fn main() {
    let (user, limit) = gather!(user(7); limit()).await;
    println!("{}: {}", user.to_uppercase(), limit + 1);
}
