use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (first, second) = gather!(first-user: user(1), second-user: user(2)).await;
    println!("{first} {second}");
}
