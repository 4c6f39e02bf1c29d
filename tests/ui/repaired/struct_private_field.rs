use gather::gather;

mod model {
    pub(crate) struct Page {
        pub(crate) user: String,
        orders: Vec<u32>,
    }

    impl Page {
        pub(crate) fn new(user: String, orders: Vec<u32>) -> Self {
            Page { user, orders }
        }

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
    let (user, orders) = gather!(user(7), orders(7)).await;
    let page = model::Page::new(user, orders);
    println!("{}: {} orders", page.user.to_uppercase(), page.orders());
}
