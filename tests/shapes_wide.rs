//! Tuples of many branches. Their number is not limited.

use std::future::{Ready, ready};

use gather::{gather, gather_settled, try_gather};

mod support {
    pub(crate) mod flavours;
}

use support::flavours::on_both_flavours;

fn ok(value: u32) -> Ready<Result<u32, ()>> {
    ready(Ok(value))
}

/// Gathers as many branches as there are numbers, and checks that each value is in its place.
macro_rules! many {
    ($($at:tt)*) => {
        on_both_flavours(|| async {
            let all = gather!($(ready($at)),*).await;
            $(assert_eq!(all.$at, $at);)*
            let all = try_gather!($(ok($at)),*).await.unwrap();
            $(assert_eq!(all.$at, $at);)*
            let all = gather_settled!($(ready($at)),*).await;
            $(assert_eq!(*all.$at.as_ref().unwrap(), $at);)*
        });
    };
}

#[test]
fn seventeen_branches() {
    many!(
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
    );
}

#[test]
fn forty_branches() {
    many!(
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
            20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39
    );
}
