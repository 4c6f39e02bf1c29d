use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let (here, there) = gather!(here: user(1), there: user(2)).await;
    println!("{here} {there}");
}
