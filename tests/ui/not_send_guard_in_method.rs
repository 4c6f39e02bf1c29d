use std::sync::{Arc, Mutex};

use gather::gather;

struct Cache {
    hits: Mutex<u32>,
}

impl Cache {
    async fn hit(self: Arc<Self>) -> u32 {
        let mut hits = self.hits.lock().unwrap();
        tokio::task::yield_now().await;
        *hits += 1;
        *hits
    }
}

#[tokio::main]
async fn main() {
    let cache = Arc::new(Cache {
        hits: Mutex::new(0),
    });
    let (hits,) = gather!(cache.hit()).await;
    println!("{hits}");
}
