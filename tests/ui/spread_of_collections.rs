use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(..(0..3).map(|id| vec![user(id), user(id + 1)])).await;
    println!("{} users", users.len());
}
