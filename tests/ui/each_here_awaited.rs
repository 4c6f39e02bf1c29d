use gather::gather_each;

async fn user(id: &u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let ids = [7, 8];
    let users = gather_each!(here; ..ids.iter().map(user)).await;
    println!("{}", users.len());
}
