use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (user,) = gather!(user(7)).await;
    println!("{}", user.to_uppercase());
}
