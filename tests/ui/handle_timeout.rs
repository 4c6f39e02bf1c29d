use std::time::Duration;

use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather!(user(7), user(8));
    match users.timeout(Duration::from_secs(1)).await {
        Ok((first, second)) => println!("{first}, {second}"),
        Err(_) => println!("too late"),
    }
}
