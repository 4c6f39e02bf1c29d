use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut each = gather_each!(first = user(7) => println!("{first}"), _ = user(8) => {});
    each.next().await;
}
