//! Ten tasks that take two seconds each, in the background. They run while the caller does something
//! else for three seconds, and then the results are ready: three seconds in all.
//!
//! asyncio's `future = asyncio.gather(*coros)`, and `future.result()` later.

use std::time::{Duration, Instant};

use tokio::time::sleep;

async fn work(value: u32) -> u32 {
    sleep(Duration::from_secs(2)).await;
    println!(">{value} done");
    value * 100
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let start = Instant::now();
    println!("Main starting");

    let results = {
        let __gather: ::gather::Gather<_> = ::gather::rt::Group::new().spawn(
            ::gather::rt::spread("..(0..10).map(work)", (0..10).map(work)),
            |results| results,
        );
        __gather
    };

    // Do anything here: the ten tasks are running.
    sleep(Duration::from_secs(3)).await;

    match results.try_result() {
        Ok(results) => println!("{results:?}"),
        Err(unfinished) => println!("only {} are done", unfinished.progress()),
    }
    println!("Main done");
    assert_eq!(start.elapsed().as_secs(), 3);
}
