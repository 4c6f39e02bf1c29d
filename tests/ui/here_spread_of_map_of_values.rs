use std::collections::HashMap;

use gather::gather;

#[tokio::main]
async fn main() {
    let ages = HashMap::from([("Ada", 36), ("Grace", 85)]);
    let users = gather!(here; ..ages).await;
    println!("{} users", users.len());
}
