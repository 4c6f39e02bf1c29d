use gather::gather;

async fn user(id: u32) -> String {
    id.to_string()
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

struct Page {
    user: String,
    #[cfg(unix)]
    orders: Vec<u32>,
}

#[tokio::main]
async fn main() {
    let page = gather!(Page {
        user: user(7),
        #[cfg(unix)]
        orders: orders(7),
    })
    .await;
    println!("{} {:?}", page.user, page.orders);
}
