use std::io;

use gather::try_gather;

struct Page {
    text: String,
    style: String,
}

async fn read(name: &'static str) -> io::Result<String> {
    Ok(name.to_owned())
}

async fn page() -> io::Result<Option<Page>> {
    try_gather!(Some(Page { text: read("index"), style: read("style") })).await
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let page = page().await?.unwrap();
    println!("{}, {}", page.text, page.style);
    Ok(())
}
