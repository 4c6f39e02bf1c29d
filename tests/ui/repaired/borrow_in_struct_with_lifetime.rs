use std::sync::Arc;

use gather::{Gather, gather};

struct Client;

impl Client {
    async fn get(&self, id: u32) -> u32 {
        id
    }
}

struct Session {
    client: Arc<Client>,
    id: u32,
}

impl Session {
    fn start(self) -> Gather<(u32,)> {
        gather!(async move { self.client.get(self.id).await })
    }
}

#[tokio::main]
async fn main() {
    let session = Session {
        client: Arc::new(Client),
        id: 1,
    };
    let (id,) = session.start().await;
    println!("{id}");
}
