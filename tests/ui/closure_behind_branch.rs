use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (first, second) = gather!(user(7), |id| user(id)).await;
    println!("{first}, {second}");
}
