//! Ten thousand downloads, at most 64 of them at a time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How many connections the server has open, and the most it has had at a time.
#[derive(Default)]
struct Connections {
    open: AtomicUsize,
    most: AtomicUsize,
}

/// Sends back whatever it receives.
async fn echo(mut connection: TcpStream, connections: Arc<Connections>) -> io::Result<()> {
    let open = connections.open.fetch_add(1, Ordering::Relaxed) + 1;
    connections.most.fetch_max(open, Ordering::Relaxed);
    let number = connection.read_u32().await?;
    // The client closes its end only after the answer, so the connection counts as open until then.
    connections.open.fetch_sub(1, Ordering::Relaxed);
    connection.write_u32(number).await
}

async fn serve(listener: TcpListener, connections: Arc<Connections>) {
    while let Ok((connection, _)) = listener.accept().await {
        tokio::spawn(echo(connection, Arc::clone(&connections)));
    }
}

async fn download(server: SocketAddr, number: u32) -> io::Result<u32> {
    let mut connection = TcpStream::connect(server).await?;
    connection.write_u32(number).await?;
    connection.read_u32().await
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    let connections = Arc::new(Connections::default());
    tokio::spawn(serve(listener, Arc::clone(&connections)));

    let downloads = (0..10_000).map(move |number| download(server, number));
    let answers = {
        let __limit: usize = 64;
        let __branch_0 = downloads;
        ::gather::rt::Group::fail_fast().limit(__limit).spawn(
            ::gather::rt::lazy_spread("..downloads", __branch_0),
            |results| results,
        )
    }
    .await?;

    let right = (0..)
        .zip(&answers)
        .all(|(number, answer)| number == *answer);
    let most = connections.most.load(Ordering::Relaxed);
    println!("{} downloads, every answer right: {right}", answers.len());
    println!(
        "the server saw {most} open at once, and never more than 64: {}",
        most <= 64
    );
    Ok(())
}
