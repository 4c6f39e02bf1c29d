use gather::gather;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

#[tokio::main]
async fn main() {
    let first = gather!(here; ..(0..3).map(user)).first();
    println!("{first:?}");
    gather!(orders(7)).detach();
}
