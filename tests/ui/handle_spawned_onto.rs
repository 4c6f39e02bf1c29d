use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let page = gather!(user(7));
    page.spawn(user(8));
    println!("{:?}", page.await);
}
