use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut users = gather!(..[7, 8].map(user));
    users.push(user(9));
    println!("{:?}", users.await);
}
