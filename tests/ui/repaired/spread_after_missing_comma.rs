use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (user, others) = gather!(user(7), ..(0..3).map(user)).await;
    println!("{} and {} others", user.to_uppercase(), others.len());
}
