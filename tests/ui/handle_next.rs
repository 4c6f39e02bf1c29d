use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut users = gather!(..[7, 8].map(user));
    while let Some(user) = users.next().await {
        println!("{user}");
    }
}
