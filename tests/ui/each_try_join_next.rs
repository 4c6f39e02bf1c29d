use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut users = gather_each!(..[7, 8].map(user));
    while let Some((index, user)) = users.try_join_next() {
        println!("{index}: {}", user.to_uppercase());
    }
}
