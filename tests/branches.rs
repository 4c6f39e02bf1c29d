//! What can be a branch: anything that can be awaited.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use gather::{Gather, gather, gather_settled, try_gather};

mod support {
    pub(crate) mod flavours;
}

use support::flavours::on_both_flavours;

/// Becomes a future only when it is awaited.
struct Request(u8);

impl IntoFuture for Request {
    type Output = Result<u8, ()>;
    type IntoFuture = Ready<Result<u8, ()>>;

    fn into_future(self) -> Ready<Result<u8, ()>> {
        ready(Ok(self.0))
    }
}

#[test]
fn what_turns_into_a_future_is_a_branch() {
    on_both_flavours(|| async {
        assert_eq!(
            gather!(Request(1), ..[Request(2)]).await,
            (Ok(1), vec![Ok(2)])
        );
        assert_eq!(
            try_gather!(Request(1), ..[Request(2)]).await,
            Ok((1, vec![2]))
        );
        assert_eq!(
            try_gather!(limit = 1; Request(1), ..[Request(2)]).await,
            Ok((1, vec![2]))
        );
        let (a, b) = gather_settled!(Request(1), ..[Request(2)]).await;
        assert_eq!((a.unwrap(), b.len()), (Ok(1), 1));
    });
}

#[test]
fn boxed_pinned_and_spawned_futures_are_branches() {
    on_both_flavours(|| async {
        let boxed: Pin<Box<dyn Future<Output = u8> + Send>> = Box::pin(ready(1));
        let spawned = tokio::spawn(ready(2));
        let (a, b, c) = gather!(boxed, spawned, async { 3 }).await;
        assert_eq!((a, b.unwrap(), c), (1, 2, 3));
    });
}

/// A future whose clones all wait for one value.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<(Option<u8>, Vec<Waker>)>>);

impl Shared {
    fn give(&self, value: u8) {
        let mut shared = self.0.lock().unwrap();
        shared.0 = Some(value);
        shared.1.drain(..).for_each(Waker::wake);
    }
}

impl Future for Shared {
    type Output = u8;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u8> {
        let mut shared = self.0.lock().unwrap();
        let Some(value) = shared.0 else {
            shared.1.push(cx.waker().clone());
            return Poll::Pending;
        };
        Poll::Ready(value)
    }
}

#[test]
fn clones_of_a_shared_future_are_branches() {
    on_both_flavours(|| async {
        let shared = Shared::default();
        let clone = || shared.clone();
        let gather = gather!(clone(), ..[clone(), clone()], clone());
        shared.give(7);
        assert_eq!(gather.await, (7, vec![7, 7], 7));
    });
}

#[test]
fn a_gather_is_a_branch_and_so_is_its_future() {
    on_both_flavours(|| async {
        let named: Gather<(u8,)> = gather!(ready(1));
        let future = gather!(ready(2)).into_future();
        assert_eq!(gather!(named, future).await, ((1,), (2,)));
    });
}

#[tokio::test]
async fn a_branchs_type_is_inferred_from_what_its_result_is_used_for() {
    let text = "7 8";
    let (number, numbers): (u8, Vec<u64>) =
        gather!(async { text.len().to_string().parse().unwrap() }, async {
            text.split(' ')
                .map(|number| number.parse().unwrap())
                .collect()
        },)
        .await;
    assert_eq!((number, numbers), (3, vec![7, 8]));

    let spread: Vec<i8> = gather!(..["1", "2"].map(|text| async { text.parse().unwrap() })).await;
    assert_eq!(spread, [1, 2]);

    let lazy: Vec<i8> =
        gather!(limit = 1; ..["1", "2"].map(|text| async { text.parse().unwrap() })).await;
    assert_eq!(lazy, [1, 2]);

    let tried: Result<(u16,), std::num::ParseIntError> =
        try_gather!(async { text[..1].parse() }).await;
    assert_eq!(tried, Ok((7,)));

    let (settled,) = gather_settled!(async { text[..1].parse().unwrap() }).await;
    let settled: u32 = settled.unwrap();
    assert_eq!(settled, 7);
}
