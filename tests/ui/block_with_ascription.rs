use std::io;

use gather::try_gather;

async fn read(name: &'static str) -> io::Result<String> {
    Ok(name.to_owned())
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let (text, length) = try_gather!(
        read("index"),
        async { Ok(read("style").await?.len()) }: io::Result<usize>,
    )
    .await?;
    println!("{text}, {length}");
    Ok(())
}
