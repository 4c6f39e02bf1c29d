use std::sync::Arc;

use gather::gather;

trait Store {
    fn user(&self, id: u32) -> impl Future<Output = String> + Send;
}

struct Memory;

impl Store for Memory {
    async fn user(&self, id: u32) -> String {
        format!("user {id}")
    }
}

async fn two<S: Store + Send + Sync + 'static>(store: Arc<S>) -> (String,) {
    gather!(async move { store.user(7).await }).await
}

#[tokio::main]
async fn main() {
    println!("{}", two(Arc::new(Memory)).await.0);
}
