use gather::gather;

async fn fetch(client: &str, id: u32) -> String {
    format!("{client}: user {id}")
}

#[tokio::main]
async fn main() {
    let client = String::from("client");
    let users = gather!(..(0..3).map(|id| fetch(&client, id))).await;
    println!("{} users", users.len());
}
