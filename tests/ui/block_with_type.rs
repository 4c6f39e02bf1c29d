use std::io;

use gather::try_gather;

async fn read(name: &'static str) -> io::Result<String> {
    Ok(name.to_owned())
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let (text, length) = try_gather!(
        read("index"),
        async move -> io::Result<usize> { Ok(read("style").await?.len()) },
    )
    .await?;
    println!("{text}, {length}");
    Ok(())
}
