use gather::gather;

async fn first<A: Future>(a: A) -> A::Output {
    gather!(a).await.0
}

#[tokio::main]
async fn main() {
    println!("{}", first(async { 1 }).await);
}

// Two errors, as two bounds are missing. `F: Send` is a bound by itself, so that of an `async` block rustc says
// "future cannot be sent between threads safely", and where in the block the value is that is not `Send`.
