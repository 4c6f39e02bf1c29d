use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather_each!(user(7), user(8)).collect::<Vec<_>>().await;
    println!("{} users", users.len());
}
