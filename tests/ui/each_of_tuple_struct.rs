use gather::gather_each;

struct Pair(String, String);

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut each = gather_each!(Pair(user(7), user(8)));
    while let Some((index, pair)) = each.next().await {
        println!("{index}: {}", pair.0.len() + pair.1.len());
    }
}
