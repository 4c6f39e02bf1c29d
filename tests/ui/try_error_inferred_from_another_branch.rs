use std::error::Error;

use gather::try_gather;

type AnyError = Box<dyn Error + Send + Sync>;

async fn text() -> std::io::Result<String> {
    Ok(String::from("4"))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
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
