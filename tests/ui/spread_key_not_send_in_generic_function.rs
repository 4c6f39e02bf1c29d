use gather::{Gather, gather};

fn all<K, F>(users: impl Iterator<Item = (K, F)>) -> Gather<Vec<(K, String)>>
where
    F: Future<Output = String> + Send + 'static,
{
    gather!(..users)
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = all((0..3).map(|id| (id, user(id)))).await;
    println!("{} users", users.len());
}
