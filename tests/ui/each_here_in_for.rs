use gather::gather_each;

async fn user(id: &u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let ids = [7, 8];
    for (index, user) in gather_each!(here; ..ids.iter().map(user)) {
        println!("{index}: {user}");
    }
}
