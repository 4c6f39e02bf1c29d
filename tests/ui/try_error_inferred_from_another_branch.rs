use std::error::Error;

use gather::try_gather;

async fn text() -> std::io::Result<String> {
    Ok(String::from("4"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (number, text) = try_gather!(
        async {
            let number: u32 = text().await?.trim().parse()?;
            Ok(number)
        },
        text(),
    )
    .await?;
    println!("{number} {}", text.len());
    Ok(())
}
