use gather::try_gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = try_gather!(..(0..3).map(|id| (id, user(id)))).await;
    println!("{} users", users.unwrap().len());
}
