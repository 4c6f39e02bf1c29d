use gather::{Gather, gather};

struct Client;

impl Client {
    async fn get(&self, id: u32) -> u32 {
        id
    }
}

struct Session<'a> {
    client: &'a Client,
    id: u32,
}

impl<'a> Session<'a> {
    fn start(self) -> Gather<(u32,)> {
        gather!(self.client.get(self.id))
    }
}

#[tokio::main]
async fn main() {
    let client = Client;
    let session = Session {
        client: &client,
        id: 1,
    };
    let (id,) = session.start().await;
    println!("{id}");
}
