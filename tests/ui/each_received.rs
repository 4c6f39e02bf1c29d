use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut users = gather_each!(user(7), user(8));
    while let Some((index, user)) = users.recv().await {
        println!("{index}: {user}");
    }
}
