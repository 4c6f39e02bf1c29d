//! A handle needs no pin, and compiles with one.

use std::pin::pin;
use std::time::Duration;

use gather::gather;
use tokio::time::sleep;

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let page = gather!(user(7), user(8));
    tokio::pin!(page);
    tokio::select! {
        (user, _) = &mut page => assert_eq!(user, "user 7"),
        () = sleep(Duration::from_secs(60)) => unreachable!(),
    }
    let page = pin!(gather!(user(7)));
    assert_eq!(page.await.0, "user 7");
}
