use gather::gather_settled;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let task = tokio::spawn(gather_settled!(user(7), orders(7)));
    let (user, orders) = task.await.unwrap();
    println!("{}: {} orders", user.unwrap(), orders.unwrap().len());
}
