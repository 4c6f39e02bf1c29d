use gather::gather;

struct Client {
    name: String,
}

impl Client {
    async fn user(&self) -> String {
        self.name.clone()
    }

    async fn page(&self) -> (String, Vec<u32>) {
        gather!(here; self.user(), orders(7)).await
    }
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let client = Client {
        name: String::from("Ada"),
    };
    let (user, orders) = client.page().await;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
}
