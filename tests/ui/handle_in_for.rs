use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    for user in gather!(..(0..3).map(user)) {
        println!("{user}");
    }
}
