//! Where a `Gather` goes as it is, and where it takes `.into_future()`: the table in `gather`'s
//! documentation.

use std::time::Duration;

use futures::future::{self, FutureExt, join_all, try_join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use futures_concurrency::prelude::*;
use gather::{Gather, gather, try_gather};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

async fn fetch(number: u32) -> u32 {
    sleep(Duration::from_secs(1)).await;
    number
}

fn pair() -> Gather<(u32, u32)> {
    gather!(fetch(1), fetch(2))
}

const PAIR: (u32, u32) = (1, 2);

/// Takes what is `IntoFuture`, and no more than that.
async fn into_future_is_enough<F: IntoFuture>(future: F) -> F::Output {
    future.await
}

#[tokio::test(start_paused = true)]
async fn it_is_awaited_and_timed_out_as_it_is() {
    let long = Duration::from_secs(60);
    assert_eq!(pair().await, PAIR);
    assert_eq!(timeout(long, pair()).await, Ok(PAIR));
    let mut handle = pair();
    assert_eq!(timeout(long, &mut handle).await, Ok(PAIR));
    assert_eq!(into_future_is_enough(pair()).await, PAIR);
}

#[tokio::test(start_paused = true)]
async fn tokios_macros_take_it_as_it_is() {
    assert_eq!(tokio::join!(pair(), fetch(3)), (PAIR, 3));
    let mut borrowed = pair();
    assert_eq!(tokio::join!(&mut borrowed, fetch(3)), (PAIR, 3));
    let checked = try_gather!(async { Ok::<_, ()>(4) });
    assert_eq!(tokio::try_join!(checked, async { Ok(5) }), Ok(((4,), 5)));
    let mut handle = pair();
    tokio::select! {
        pair = &mut handle => assert_eq!(pair, PAIR),
        () = sleep(Duration::from_secs(60)) => unreachable!(),
    }
    tokio::select! {
        pair = pair() => assert_eq!(pair, PAIR),
        () = sleep(Duration::from_secs(60)) => unreachable!(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_gather_takes_it_as_it_is_in_every_place() {
    assert_eq!(gather!(pair(), fetch(3)).await, (PAIR, 3));
    assert_eq!(gather!(here; pair(), fetch(3)).await, (PAIR, 3));
    assert_eq!(gather!(tasks = 2; pair(), fetch(3)).await, (PAIR, 3));
    assert_eq!(gather!(..[pair(), pair()]).await, [PAIR, PAIR]);
}

#[tokio::test(start_paused = true)]
async fn futures_concurrency_takes_it_as_it_is() {
    assert_eq!((pair(), fetch(3)).join().await, (PAIR, 3));
    assert_eq!([pair(), pair()].join().await, [PAIR, PAIR]);
}

#[tokio::test(start_paused = true)]
async fn a_task_takes_its_future() {
    assert_eq!(tokio::spawn(pair().into_future()).await.unwrap(), PAIR);
    let mut tasks = JoinSet::new();
    tasks.spawn(pair().into_future());
    assert_eq!(tasks.join_all().await, [PAIR]);
}

#[test]
fn block_on_takes_its_future() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let handle = gather!(on = runtime.handle(); async { 1 });
    assert_eq!(runtime.block_on(handle.into_future()), (1,));
}

#[tokio::test(start_paused = true)]
async fn what_takes_futures_takes_its_future() {
    let futures = || [pair().into_future(), pair().into_future()];
    assert_eq!(join_all(futures()).await, [PAIR, PAIR]);
    let mut unordered: FuturesUnordered<_> = futures().into_iter().collect();
    assert_eq!(unordered.next().await, Some(PAIR));
    assert_eq!(pair().into_future().map(|(one, _)| one).await, 1);
    assert_eq!(
        future::join(pair().into_future(), fetch(3)).await,
        (PAIR, 3)
    );

    let checked = try_gather!(async { Ok::<_, ()>(4) });
    assert_eq!(try_join_all([checked.into_future()]).await, Ok(vec![(4,)]));

    let token = CancellationToken::new();
    let uncancelled = token.run_until_cancelled(pair().into_future());
    assert_eq!(uncancelled.await, Some(PAIR));

    let boxed: std::pin::Pin<Box<dyn Future<Output = (u32, u32)> + Send>> =
        Box::pin(pair().into_future());
    assert_eq!(boxed.await, PAIR);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_promises_a_future_returns_its_future() {
    fn start() -> impl Future<Output = (u32, u32)> + Send {
        pair().into_future()
    }
    assert_eq!(start().await, PAIR);
}
