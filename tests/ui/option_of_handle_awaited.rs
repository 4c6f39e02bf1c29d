use gather::{Gather, gather};

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

struct Client {
    page: Option<Gather<(String, Vec<u32>)>>,
}

impl Client {
    async fn page(&mut self) -> Option<(String, Vec<u32>)> {
        Some(self.page.take().await)
    }
}

#[tokio::main]
async fn main() {
    let page = Some(gather!(user(7), orders(7)));
    let mut client = Client { page };
    println!("{:?}", client.page().await);
}
