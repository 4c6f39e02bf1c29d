use gather::try_gather;

#[derive(Debug)]
struct AppError;

impl From<std::io::Error> for AppError {
    fn from(_: std::io::Error) -> Self {
        AppError
    }
}

async fn user(id: u32) -> std::io::Result<String> {
    Ok(format!("user {id}"))
}

#[tokio::main]
async fn main() {
    let users = try_gather!(error = AppError::from; user(7), user(8)).await;
    println!("{users:?}");
}
