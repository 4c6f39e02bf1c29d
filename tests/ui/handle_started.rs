use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(user(7), user(8));
    users.start();
    println!("{:?}", users.await);
}
