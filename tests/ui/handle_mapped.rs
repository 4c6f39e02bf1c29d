use futures::FutureExt;
use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let both = gather!(user(7), user(8)).map(|(first, second)| first + &second);
    println!("{}", both.await);
}
