use gather::gather;

async fn both<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    gather!(a, b).await
}

#[tokio::main]
async fn main() {
    let (one, two) = both(async { 1 }, async { 2 }).await;
    println!("{one} {two}");
}
