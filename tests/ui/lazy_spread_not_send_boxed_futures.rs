use std::pin::Pin;

use gather::gather;

async fn mail() -> bool {
    true
}

async fn message(number: u32) -> bool {
    number > 0
}

#[tokio::main]
async fn main() {
    let mut sends: Vec<Pin<Box<dyn Future<Output = bool>>>> = vec![Box::pin(mail())];
    for number in 0..3 {
        sends.push(Box::pin(message(number)));
    }
    let sent = gather!(limit = 2; ..sends).await;
    println!("{} sent", sent.len());
}
