use std::io;

use gather::{gather_each, try_gather};

fn find(id: u32) -> Option<impl Future<Output = Result<String, io::Error>>> {
    (id > 0).then(|| async move { Ok(format!("user {id}")) })
}

#[tokio::main]
async fn main() {
    let users = try_gather!(here; find(7), find(8)).await;
    println!("{}", users.unwrap().0);

    let mut users = gather_each!(find(7));
    while let Some((_, user)) = users.next().await {
        println!("{}", user.unwrap());
    }
}
