//! Ten tasks that take two seconds each, started together and awaited immediately: two seconds in all.
//!
//! asyncio's `results = await asyncio.gather(*coros)`.

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
    }
    .await;

    println!("{results:?}");
    println!("Main done");
    assert_eq!(start.elapsed().as_secs(), 2);
}
