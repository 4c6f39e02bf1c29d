use std::collections::HashMap;

use gather::gather;

#[tokio::main]
async fn main() {
    let ages = HashMap::from([("Ada", 36), ("Grace", 85)]);
    let users = gather!(..ages).await;
    println!("{} users", users.len());
}
