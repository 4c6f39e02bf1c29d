use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let users = gather!(limit = 2 ..(0..3).map(user)).await;
    println!("{} users", users.len());
    gather!(orders(7)).detach();
}
