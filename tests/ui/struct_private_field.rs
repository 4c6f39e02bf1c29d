use gather::gather;

mod model {
    pub(crate) struct Page {
        pub(crate) user: String,
        orders: Vec<u32>,
    }

    impl Page {
        pub(crate) fn orders(&self) -> usize {
            self.orders.len()
        }
    }
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let page = gather!(model::Page { user: user(7), orders: orders(7) }).await;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders());
}
