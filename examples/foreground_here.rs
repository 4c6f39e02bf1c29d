//! `foreground` in one task: ten pieces of work that take two seconds each, in the task that awaits
//! them. They borrow what they share, and take two seconds in all.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use gather::gather;
use tokio::time::sleep;

/// Records what has been done. It needs no lock, because all of it happens in one task.
#[derive(Default)]
struct Log {
    lines: RefCell<Vec<String>>,
}

async fn work(value: u32, log: &Log) -> u32 {
    sleep(Duration::from_secs(2)).await;
    log.lines.borrow_mut().push(format!(">{value} done"));
    value * 100
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let start = Instant::now();
    let log = Log::default();
    println!("Main starting");

    let results = gather!(here; ..(0..10).map(|value| work(value, &log))).await;

    println!("{}", log.lines.borrow().join("\n"));
    println!("{results:?}");
    println!("Main done");
    assert_eq!(start.elapsed().as_secs(), 2);
}
