use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let mut users = gather!(user(7), user(8));
    futures::select! {
        (first, second) = &mut users => println!("{first}, {second}"),
    }
}
