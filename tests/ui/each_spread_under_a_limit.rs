use gather::{gather, gather_each};

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather_each!(here; ..[7, 8].map(user));
    let all: Vec<String> = gather!(limit = 2; ..users).await;
    println!("{}", all.len());
}
