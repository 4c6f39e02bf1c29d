use gather::gather;

async fn load(path: &str) -> String {
    format!("contents of {path}")
}

#[tokio::main]
async fn main() {
    let paths = vec![String::from("a.txt"), String::from("b.txt")];
    let users = gather!(..paths.iter().map(|path| load(path))).await;
    println!("{} users", users.len());
}
