use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

struct Config {
    parallel: u32,
}

#[tokio::main]
async fn main() {
    let config = Config { parallel: 2 };
    let users = gather!(limit = config.parallel; ..(0..3).map(user)).await;
    println!("{} users", users.len());
    gather!(orders(7)).detach();
}
