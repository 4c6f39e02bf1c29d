use gather::gather_each;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let each = gather_each!(..[7, 8].map(user));
    for (index, user) in each {
        println!("{index}: {user}");
    }
}
