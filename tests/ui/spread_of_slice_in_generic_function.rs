use gather::gather;

async fn all<F>(pages: &[F]) -> Vec<String>
where
    F: Future<Output = String> + Send + 'static,
{
    gather!(..pages).await
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = all(&[user(7), user(8)]).await;
    println!("{}", users.len());
}
