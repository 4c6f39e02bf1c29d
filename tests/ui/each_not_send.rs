use std::rc::Rc;

use gather::gather_each;

async fn user(id: u32) -> Rc<str> {
    Rc::from(format!("user {id}"))
}

#[tokio::main]
async fn main() {
    let mut each = gather_each!(user(7), user(8));
    while let Some((index, user)) = each.next().await {
        println!("{index}: {}", user.to_uppercase());
    }
}
