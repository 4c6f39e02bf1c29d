use gather::gather;

struct Client {
    host: String,
}

impl Client {
    async fn get(&self, id: u32) -> String {
        format!("{}/{id}", self.host)
    }

    async fn all(&self, ids: &[u32]) -> Vec<String> {
        gather!(here; ..ids.iter().map(|id| self.get(*id))).await
    }
}

#[tokio::main]
async fn main() {
    let client = Client {
        host: String::from("host"),
    };
    let pages = client.all(&[1, 2]).await;
    println!("{} pages", pages.len());
}
