use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let handle = tokio::runtime::Handle::try_current();
    let users = gather!(on = handle; user(7), user(8)).await;
    println!("{users:?}");
}
