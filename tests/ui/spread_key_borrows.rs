use gather::gather;

async fn load(path: String) -> usize {
    path.len()
}

#[tokio::main]
async fn main() {
    let paths = vec![String::from("a.txt"), String::from("b.txt")];
    let sizes = gather!(..paths.iter().map(|path| (path, load(path.clone())))).await;
    println!("{} has {} bytes", sizes[0].0, sizes[0].1);
}
