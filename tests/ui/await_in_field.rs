use gather::{Gather, gather};

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

struct Page {
    facts: Gather<(String, Vec<u32>)>,
}

impl Page {
    async fn show(&mut self) {
        let (user, orders) = self.facts.await;
        println!("{}: {} orders", user.to_uppercase(), orders.len());
    }
}

#[tokio::main]
async fn main() {
    let facts = gather!(user(7), orders(7));
    Page { facts }.show().await;
}
