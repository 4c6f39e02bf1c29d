use std::collections::HashMap;

use gather::gather;

async fn load(path: &str) -> String {
    format!("contents of {path}")
}

async fn all(paths: &HashMap<u32, String>) -> Vec<String> {
    gather!(here; ..paths.values().map(|path| load(path))).await
}

#[tokio::main]
async fn main() {
    let paths = HashMap::from([(1, String::from("a.txt")), (2, String::from("b.txt"))]);
    println!("{} files", all(&paths).await.len());
}
