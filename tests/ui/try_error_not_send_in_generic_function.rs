use std::future::Future;

use gather::try_gather;

async fn both<E, F>(first: F, second: F) -> Result<(u32, u32), E>
where
    E: 'static,
    F: Future<Output = Result<u32, E>> + Send + 'static,
{
    try_gather!(first, second).await
}

async fn one() -> Result<u32, ()> {
    Ok(1)
}

fn main() {
    drop(both(one(), one()));
}
