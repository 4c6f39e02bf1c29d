use gather::gather;

async fn first<A: Future>(a: A) -> A::Output {
    gather!(a).await.0
}

#[tokio::main]
async fn main() {
    println!("{}", first(async { 1 }).await);
}
