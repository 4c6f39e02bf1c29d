use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

enum Part {
    User(String),
    Orders(Vec<u32>),
}

#[tokio::main]
async fn main() {
    let mut each = gather_each!(
        async { Part::User(user(7).await) },
        async { Part::User(user(8).await) },
        async { Part::Orders(orders(7).await) },
    );
    while let Some((index, part)) = each.next().await {
        match part {
            Part::User(user) => println!("{index}: {}", user.to_uppercase()),
            Part::Orders(orders) => println!("{index}: {} orders", orders.len()),
        }
    }
}
