use gather::{Gather, gather};

fn all<F>(users: impl Iterator<Item = F>) -> Gather<Vec<F::Output>>
where
    F: Future + 'static,
    F::Output: Send,
{
    gather!(..users)
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = all((0..3).map(user)).await;
    println!("{} users", users.len());
}
