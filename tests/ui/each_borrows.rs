use gather::gather_each;

async fn user(id: &u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let ids = [7, 8];
    let mut each = gather_each!(user(&ids[0]), user(&ids[1]));
    while let Some((index, user)) = each.next().await {
        println!("{index}: {}", user.to_uppercase());
    }
}
