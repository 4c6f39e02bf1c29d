//! Runs the service until it fails or is stopped: `dashboard-service [ADDRESS]`.

use std::env;
use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use dashboard_service::Service;
use tracing_subscriber::filter::LevelFilter;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dashboard-service: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let level = match env::var("RUST_LOG") {
        Ok(level) => level.parse().map_err(|_| {
            format!("`RUST_LOG={level}` is not a level; use `info` or `debug`, for example")
        })?,
        Err(_) => LevelFilter::INFO,
    };
    tracing_subscriber::fmt().with_max_level(level).init();

    let address = env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:3000");
    let address: SocketAddr = address
        .parse()
        .map_err(|_| format!("`{address}` is not an address; use `127.0.0.1:3000`, for example"))?;
    let service = Service::start(address)
        .await
        .map_err(|error| format!("the service cannot be started at {address}: {error}"))?;
    service.run().await?;
    Ok(())
}
