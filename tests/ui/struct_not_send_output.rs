use std::rc::Rc;

use gather::gather;

struct Page {
    user: String,
    orders: Rc<[u32]>,
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let page = gather!(Page {
        user: user(7),
        orders: async { Rc::from([7]) },
    })
    .await;
    println!("{}: {} orders", page.user.to_uppercase(), page.orders.len());
}
