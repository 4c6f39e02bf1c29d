//! Four hundred pages, at most sixteen of them at a time, and a progress bar.
//!
//! The bar is drawn only in a terminal. The last line is always printed.

use std::time::Duration;

use gather::Gather;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::select;
use tokio::time::{interval, sleep};

/// Returns the number of words of a page.
async fn fetch(page: u64) -> u64 {
    sleep(Duration::from_millis(20 + page * 37 % 100)).await;
    200 + page % 50
}

/// Awaits a gather of any branches, and draws how many of them have ended.
async fn with_bar<T>(mut gather: Gather<T>, bar: ProgressBar) -> T {
    let mut frames = interval(Duration::from_millis(50));
    let results = loop {
        select! {
            results = &mut gather => break results,
            _ = frames.tick() => bar.set_position(gather.progress().finished() as u64),
        }
    };
    bar.finish();
    results
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let pages = {
        let __limit: usize = 16;
        let __branch_0 = (0..400).map(fetch);
        ::gather::rt::Group::new().limit(__limit).spawn(
            ::gather::rt::lazy_spread("..(0..400).map(fetch)", __branch_0),
            |results| results,
        )
    };

    let style = ProgressStyle::with_template("{bar:40.green/dim} {pos}/{len} pages, {eta} left");
    let style = style.expect("the template names what a bar has");
    let bar = ProgressBar::new(400).with_style(style.progress_chars("━╸━"));
    let words = with_bar(pages, bar).await;

    println!("{} pages, {} words", words.len(), words.iter().sum::<u64>());
}
