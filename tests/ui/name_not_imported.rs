use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (user, other) = gather!(user(7), user(8)).await;
    let mut users = JoinSet::new();
    users.spawn(async move { user + &other });
    println!("{:?}", users.join_all().await);
}
