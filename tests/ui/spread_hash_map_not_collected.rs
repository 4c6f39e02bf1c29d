// The results of a map of futures are a `Vec` of pairs.
use std::collections::HashMap;

use gather::gather;

async fn work(n: u32) -> u32 {
    n
}

#[tokio::main]
async fn main() {
    let jobs = HashMap::from([("a", work(1)), ("b", work(2))]);
    let done: HashMap<&str, u32> = gather!(..jobs).await;
    println!("{}", done["a"]);
}
