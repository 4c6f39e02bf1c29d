use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (users, admin) = gather!(tasks: ..(0..3).map(user), admin: user(7)).await;
    println!("{} users, {admin}", users.len());
}
