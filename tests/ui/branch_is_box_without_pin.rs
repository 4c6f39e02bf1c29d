use gather::gather;

fn user(id: u32) -> Box<dyn Future<Output = String> + Send> {
    Box::new(async move { format!("user {id}") })
}

#[tokio::main]
async fn main() {
    let (user,) = gather!(user(7)).await;
    println!("{user}");
}
