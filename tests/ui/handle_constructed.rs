use gather::{Gather, gather};

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut page = Gather::new();
    page = gather!(user(7), user(8));
    println!("{:?}", page.await);
}
