//! Branches that never return, and so have the output `!`. The compiler reports nothing about that
//! to the caller.

#![deny(warnings)]

use std::convert::Infallible;
use std::future::{pending, ready};

use futures::poll;
use gather::{gather, gather_each, gather_settled, try_gather};

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::until::until;

async fn endless() -> ! {
    pending().await
}

fn looping() -> impl Future<Output = Infallible> {
    pending()
}

#[test]
fn branches_that_never_return_raise_no_warnings() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let gather = gather!($($place)* endless(), ready(1), endless());
                until(|| gather.progress().finished() == 1).await;
                assert!(gather.abort().await.is_none());

                let gather = gather!($($place)* ..[endless()], ready(1), async { endless().await });
                until(|| gather.progress().finished() == 1).await;
                drop(gather);

                let gather = gather!($($place)* [endless(), endless()]);
                drop(gather);

                // More branches than one tuple of slots holds.
                let gather = gather!($($place)*
                    endless(), ready(1), ready(2), ready(3), ready(4), ready(5), ready(6), ready(7),
                    ready(8), ready(9), ready(10), ready(11), ready(12), ready(13), ready(14),
                    ready(15), endless(),
                );
                drop(gather);

                let panics = async { panic!("boom") };
                let gather = gather_settled!($($place)* endless(), ready(1), panics);
                until(|| gather.progress().finished() == 2).await;
                let (stopped, one, panicked) = gather.abort().await.unwrap();
                assert!(stopped.unwrap_err().is_cancelled());
                assert_eq!(one.unwrap(), 1);
                assert!(panicked.unwrap_err().is_panic());

                let (failed, looped) = (ready(Err::<Infallible, _>("no")), looping());
                let looped = async { Ok(looped.await) };
                let gather = try_gather!($($place)* failed, looped, ready(Ok(1)));
                assert_eq!(gather.await.unwrap_err(), "no");

                let mut each = gather_each!($($place)* endless(), ..[endless(), endless()]);
                assert!(poll!(each.next()).is_pending());
                let mut each = gather_each!($($place)* async { endless().await }, ready(1));
                assert_eq!(each.next().await, Some((1, 1)));
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn branches_here_that_never_return_raise_no_warnings() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let all = gather!($($place)* endless(), ready(1), endless());
                assert!(poll!(Box::pin(all)).is_pending());
                assert!(poll!(Box::pin(gather!($($place)* ..[endless()], ready(1)))).is_pending());
                assert!(poll!(Box::pin(gather!($($place)* [endless(), endless()]))).is_pending());
                let settled = gather_settled!($($place)* endless(), async { panic!("boom") });
                assert!(poll!(Box::pin(settled)).is_pending());

                let (failed, looped) = (ready(Err::<Infallible, _>("no")), looping());
                let all = try_gather!($($place)* failed, async { Ok(looped.await) }, ready(Ok(1)));
                assert_eq!(all.await.unwrap_err(), "no");

                let mut each = gather_each!($($place)* endless(), ..[endless(), endless()]);
                assert!(poll!(each.next()).is_pending());
                let mut each = gather_each!($($place)* async { endless().await }, ready(1));
                assert_eq!(each.next().await, Some((1, 1)));
            });
        };
    }
    test!(here;);
    test!(here, limit = 2;);
}

async fn parse(text: &'static str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

fn unfinished() -> gather::Gather<(u8, ())> {
    gather!(ready(1), async { todo!() })
}

#[tokio::test]
async fn a_branch_that_never_returns_takes_the_type_that_is_expected() {
    let stopped = unfinished().abort().await;
    assert!(stopped.is_none());
    let stopped: Option<(u8, ())> = gather!(ready(1), async { unreachable!() }).abort().await;
    assert!(stopped.is_none());
    let stopped: Option<Result<(u8, u8), _>> = try_gather!(parse("1"), async { pending().await })
        .abort()
        .await;
    assert!(stopped.is_none());
}
