use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (first, second) = gather!(page::first: user(1), second: user(2)).await;
    println!("{first} {second}");
}
