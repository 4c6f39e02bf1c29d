//! Three mirrors of a page: one fails, one is slow, and the first good answer is the result. The slow one
//! sees its client disconnect.
//!
//! JavaScript's `Promise.any`, except that `Promise.any` lets the others keep running.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use gather::gather_each;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Starts a mirror that answers after a while, if it has an answer. Its task returns what happened to its
/// client.
async fn mirror(
    answer: Option<&'static str>,
    after: Duration,
) -> io::Result<(SocketAddr, JoinHandle<io::Result<&'static str>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let serves = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await?;
        let page = client.read_u32().await?;
        tokio::select! {
            () = sleep(after) => {}
            _ = client.read_u8() => return Ok("saw its client leave"),
        }
        let Some(answer) = answer else {
            return Ok("failed");
        };
        client
            .write_all(format!("{answer}, page {page}").as_bytes())
            .await?;
        Ok("answered")
    });
    Ok((address, serves))
}

async fn fetch(mirror: SocketAddr, page: u32) -> io::Result<String> {
    let mut connection = TcpStream::connect(mirror).await?;
    connection.write_u32(page).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    if answer.is_empty() {
        return Err(io::Error::other("no answer"));
    }
    Ok(answer)
}

/// The first good answer, or all errors. Requests that are still running by then are stopped.
async fn first_of(mirrors: &[SocketAddr], page: u32) -> Result<String, Vec<io::Error>> {
    let mut answers = gather_each!(..mirrors.iter().map(|mirror| fetch(*mirror, page)));
    let mut errors = Vec::new();
    while let Some((number, answer)) = answers.next().await {
        match answer {
            Ok(answer) => return Ok(answer),
            Err(error) => {
                println!("mirror {number}: {error}");
                errors.push(error);
            }
        }
    }
    Err(errors)
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let start = Instant::now();
    let (slow, slow_mirror) = mirror(Some("from afar"), Duration::from_secs(60)).await?;
    let (broken, broken_mirror) = mirror(None, Duration::from_millis(20)).await?;
    let (good, good_mirror) = mirror(Some("from nearby"), Duration::from_millis(100)).await?;

    match first_of(&[slow, broken, good], 7).await {
        Ok(answer) => println!("{answer}"),
        Err(errors) => println!("{} mirrors, and no answer", errors.len()),
    }

    println!("the slow mirror {}", slow_mirror.await??);
    println!("the broken mirror {}", broken_mirror.await??);
    println!("the good mirror {}", good_mirror.await??);
    println!("in less than a minute: {}", start.elapsed().as_secs() < 60);
    Ok(())
}
