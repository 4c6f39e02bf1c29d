use std::rc::Rc;

use gather::gather;

#[tokio::main]
async fn main() {
    let counts = gather!(..(0..3).map(|id| async move { Rc::new(id) })).await;
    println!("{} of {}", counts.len(), *counts[0] + 1);
}
