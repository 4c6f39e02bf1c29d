use gather::gather;
use tokio::sync::mpsc;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let (sender, jobs) = mpsc::unbounded_channel();
    sender.send(user(7)).unwrap();
    let users = gather!(limit = 2; ..jobs).await;
    println!("{} users", users.len());
}
