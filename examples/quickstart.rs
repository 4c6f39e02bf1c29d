//! Three kinds of work at once: reading a file, asking a server and counting primes, while the caller
//! keeps working.

use std::io;
use std::net::SocketAddr;

use gather::gather;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Counts the lines of this program's source.
async fn count_lines() -> io::Result<usize> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/quickstart.rs");
    Ok(tokio::fs::read_to_string(source).await?.lines().count())
}

/// Returns what the server sends.
async fn ask(server: SocketAddr) -> io::Result<String> {
    let mut connection = TcpStream::connect(server).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// A computation that lets other tasks run in between.
async fn count_primes(below: u32) -> u32 {
    let mut primes = 0;
    for number in 2..below {
        if (2..number)
            .take_while(|n| n * n <= number)
            .all(|n| number % n != 0)
        {
            primes += 1;
        }
        if number % 1000 == 0 {
            tokio::task::yield_now().await;
        }
    }
    primes
}

/// Answers one connection after another.
async fn serve(listener: TcpListener) {
    while let Ok((mut connection, _)) = listener.accept().await {
        // The client may have gone.
        let _ = connection.write_all(b"hello from the server").await;
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = listener.local_addr()?;
    tokio::spawn(serve(listener));

    let facts = gather!(count_lines(), ask(server), count_primes(50_000));

    println!("all three are running, and the caller does not wait for them yet");
    println!("the caller goes on with its own work");

    let (lines, answer, primes): (io::Result<usize>, io::Result<String>, u32) = facts.await;

    println!("this program has more than 50 lines: {}", lines? > 50);
    println!("the server says: {}", answer?);
    println!("there are {primes} primes below 50000");
    Ok(())
}
