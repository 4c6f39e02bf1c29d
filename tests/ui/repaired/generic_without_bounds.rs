use gather::gather;

async fn both<A, B>(a: A, b: B) -> (A::Output, B::Output)
where
    A: Future<Output: Send + 'static> + Send + 'static,
    B: Future<Output: Send + 'static> + Send + 'static,
{
    gather!(a, b).await
}

#[tokio::main]
async fn main() {
    let (one, two) = both(async { 1 }, async { 2 }).await;
    println!("{one} {two}");
}
