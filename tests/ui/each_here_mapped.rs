use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let users = gather_each!(here; ..[7, 8].map(user));
    let names: Vec<String> = users.map(|(_, user)| user.to_uppercase()).collect().await;
    println!("{}", names.len());
}
