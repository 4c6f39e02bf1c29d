use gather::gather_each;

async fn load(path: &str) -> usize {
    path.len()
}

async fn total(paths: Vec<String>) -> usize {
    let mut sizes = gather_each!(here, limit = 2; ..paths.iter().cloned().map(|path| async move { load(&path).await }));
    let mut total = 0;
    while let Some((_, size)) = sizes.next().await {
        total += size;
    }
    total
}

#[tokio::main]
async fn main() {
    let total = tokio::spawn(total(vec![String::from("a.txt")]));
    println!("{}", total.await.unwrap());
}
