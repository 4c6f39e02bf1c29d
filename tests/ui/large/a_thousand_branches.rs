//! No number of branches is too many, for the macro or for rustc's limit of recursion.

use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};

use gather::gather;

static MADE: AtomicUsize = AtomicUsize::new(0);

/// A branch that gives its own place among all that are made.
fn next() -> Ready<usize> {
    ready(MADE.fetch_add(1, Ordering::Relaxed))
}

macro_rules! ten_times {
    ([$call:ident] $($branches:tt)*) => {
        $call!(
            $($branches)* $($branches)* $($branches)* $($branches)* $($branches)*
            $($branches)* $($branches)* $($branches)* $($branches)* $($branches)*
        )
    };
    ([$call:ident $($more:ident)+] $($branches:tt)*) => {
        ten_times!(
            [$($more)+]
            $($branches)* $($branches)* $($branches)* $($branches)* $($branches)*
            $($branches)* $($branches)* $($branches)* $($branches)* $($branches)*
        )
    };
}

#[tokio::main]
async fn main() {
    let all = ten_times!([again again gather] next(),).await;
    assert_eq!((all.0, all.1, all.499, all.998, all.999), (0, 1, 499, 998, 999));
}
