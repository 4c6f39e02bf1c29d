use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let mut each = gather_each!(here; user(7), orders(7));
    while let Some((index, user)) = each.next().await {
        println!("{index}: {}", user.to_uppercase());
    }
}
