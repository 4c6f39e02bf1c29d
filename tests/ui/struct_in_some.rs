use gather::gather;

struct Page {
    user: String,
    friend: String,
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn page() -> Option<Page> {
    gather!(Some(Page { user: user(1), friend: user(2) })).await
}

#[tokio::main]
async fn main() {
    let page = page().await.unwrap();
    println!("{}, {}", page.user, page.friend);
}
