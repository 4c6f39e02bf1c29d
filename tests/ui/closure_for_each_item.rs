use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(vec![1, 2, 3], |id| user(id)).await;
    println!("{}", users.len());
}
