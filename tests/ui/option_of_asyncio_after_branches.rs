use gather::{gather, gather_settled, try_gather};

async fn user(id: u32) -> String {
    id.to_string()
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

async fn load() -> Result<u32, ()> {
    Ok(7)
}

#[tokio::main]
async fn main() {
    gather!(user(7), orders(7), return_exceptions = true).await;
    gather_settled!(user(7), orders(7), return_exceptions = true).await;
    try_gather!(load(), load(), return_exceptions = true).await;
}
