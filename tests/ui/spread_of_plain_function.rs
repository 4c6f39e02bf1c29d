use gather::gather;

fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(..(0..3).map(user)).await;
    println!("{} users", users.len());
}
