//! Branches that run where they are awaited, in a group that is written by hand, as an expansion is.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use gather_core::here::{Group, base, branch, ready as nothing, spread};
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// Polls once, with nobody to be woken.
fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn now<F: Future>(future: F) -> F::Output {
    match poll(pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// Counts when it is dropped.
struct Dropped<'a>(&'a Cell<u32>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn branches_borrow_and_need_be_neither_send_nor_in_a_runtime() {
    let name = String::from("Ada");
    let shared = Rc::new(RefCell::new(1));
    let branches = (
        branch("name", async { name.as_str() }),
        branch("shared", async { *shared.borrow_mut() += 1 }),
        spread(
            "..chars",
            name.chars().map(|c| async move { c.to_ascii_lowercase() }),
        ),
        base(&shared),
    );
    let (borrowed, (), chars, base) = now(Group::new().join(branches, |results| results));
    assert_eq!(
        (borrowed, chars, *base.borrow()),
        ("Ada", vec!['a', 'd', 'a'], 2)
    );
}

#[test]
fn nothing_has_begun_before_the_first_poll() {
    let begun = Cell::new(false);
    let pulled = Cell::new(false);
    let branches = (
        branch("a", async { begun.set(true) }),
        spread(
            "..b",
            std::iter::once_with(|| {
                pulled.set(true);
                ready(())
            }),
        ),
    );
    let mut joined = pin!(Group::new().limit(2).join(branches, |results| results));
    assert_eq!((begun.get(), pulled.get()), (false, false));
    assert_eq!(poll(joined.as_mut()), Poll::Ready(((), vec![()])));
    assert_eq!((begun.get(), pulled.get()), (true, true));
}

#[test]
fn dropping_it_drops_the_branches_then_and_there() {
    let drops = Cell::new(0);
    let hangs = || {
        let guard = Dropped(&drops);
        async move {
            pending::<()>().await;
            drop(guard);
        }
    };
    {
        let branches = (branch("a", hangs()), spread("..b", [hangs(), hangs()]));
        let mut joined = pin!(Group::new().join(branches, |results| results));
        assert!(poll(joined.as_mut()).is_pending());
        assert_eq!(drops.get(), 0);
    }
    assert_eq!(drops.get(), 3);
}

#[tokio::test]
async fn the_first_error_in_time_is_the_result_and_the_others_are_dropped_before() {
    for position in 0..3 {
        let drops = Cell::new(0);
        let (go, told) = oneshot::channel::<()>();
        let told = RefCell::new(Some(told));
        let one = |n| {
            let guard = Dropped(&drops);
            let told = (n == position).then(|| told.borrow_mut().take().unwrap());
            async move {
                let _guard = guard;
                match told {
                    Some(told) => {
                        told.await.unwrap();
                        Err::<(), _>(n)
                    }
                    None => pending().await,
                }
            }
        };
        let branches = (
            branch("0", one(0)),
            spread("..1", [one(1)]),
            branch("2", one(2)),
        );
        let mut joined = pin!(Group::fail_fast().join(branches, |results| results));
        assert!(poll(joined.as_mut()).is_pending());
        go.send(()).unwrap();
        let failed = joined.as_mut().await.unwrap_err();
        assert_eq!((failed, drops.get()), (position, 3));
    }
}

#[test]
fn errors_convert_and_an_error_need_not_be_send() {
    #[derive(Debug, PartialEq)]
    struct Local(Rc<str>);
    impl From<&str> for Local {
        fn from(text: &str) -> Self {
            Local(text.into())
        }
    }
    let branches = (
        branch("a", async { Ok::<_, Local>(1) }),
        branch("b", async { Err::<u8, _>("no") }),
    );
    let failed = now(Group::fail_fast_into::<Local>().join(branches, |results| results));
    assert_eq!(failed.unwrap_err(), Local("no".into()));
}

#[test]
fn a_panic_unwinds_and_leaves_nothing_of_it() {
    let drops = Cell::new(0);
    let hangs = || {
        let guard = Dropped(&drops);
        async move {
            pending::<()>().await;
            drop(guard);
        }
    };
    let branches = (
        branch("a", hangs()),
        branch("b", async { std::panic::panic_any("the bug") }),
        spread("..c", [hangs()]),
    );
    let mut joined = pin!(Group::new().join(branches, |(a, (), c)| (a, c)));
    let panicked = catch_unwind(AssertUnwindSafe(|| poll(joined.as_mut()).is_ready()));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"the bug"));
    assert_eq!(drops.get(), 2);
    let again = catch_unwind(AssertUnwindSafe(|| poll(joined.as_mut()).is_ready()));
    let again = again.unwrap_err();
    let message = again.downcast_ref::<String>().map(String::as_str);
    assert!(message.is_some_and(|text| text.contains("`gather!(here; ..)`")));
}

#[test]
fn of_two_panics_while_it_unwinds_the_first_is_told() {
    struct PanicsInDrop;
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    let hangs = async {
        let _guard = PanicsInDrop;
        pending::<()>().await;
    };
    let panics = poll_fn(|_| -> Poll<()> { std::panic::panic_any("the first") });
    let branches = (
        branch("a", hangs),
        branch("b", panics),
        spread("..c", [ready(PanicsInDrop)]),
    );
    let joined = Group::new().join(branches, |(a, (), c)| (a, c));
    let panicked = catch_unwind(AssertUnwindSafe(|| now(joined)));
    assert_eq!(panicked.err().unwrap().downcast_ref(), Some(&"the first"));
}

#[test]
fn settled_keeps_each_panic_in_its_place() {
    let fails = |n: u32| async move {
        assert!(n != 1, "no route");
        n
    };
    let branches = (
        branch("fails(1)", fails(1)),
        spread("..0..3", (0..3).map(fails)),
    );
    let (one, many) = now(Group::settled().join(branches, |results| results));
    assert_eq!(
        one.unwrap_err().to_string(),
        "branch 0, `fails(1)`, panicked: no route"
    );
    let many: Vec<_> = many
        .into_iter()
        .map(|one| one.map_err(|error| error.to_string()))
        .collect();
    let panicked = String::from("item 1 of `..0..3` panicked: no route");
    assert_eq!(many, [Ok(0), Err(panicked), Ok(2)]);
}

#[tokio::test]
async fn a_limit_bounds_what_is_in_flight_over_all_and_iterators_are_pulled_lazily() {
    let (in_flight, most, pulled) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let work = |n: u32| {
        let (in_flight, most) = (&in_flight, &most);
        async move {
            in_flight.set(in_flight.get() + 1);
            most.set(most.get().max(in_flight.get()));
            yield_now().await;
            in_flight.set(in_flight.get() - 1);
            n
        }
    };
    let lazily = (0..100).map(|n| {
        pulled.set(pulled.get() + 1);
        assert!(pulled.get() <= n + 1 && in_flight.get() < 3);
        work(n)
    });
    let branches = (
        branch("a", work(7)),
        spread("..b", lazily),
        branch("c", work(8)),
    );
    let (a, b, c) = Group::new()
        .limit(3)
        .join(branches, |results| results)
        .await;
    assert_eq!((a, b.len(), c, most.get()), (7, 100, 8, 3));
    assert!(b.into_iter().eq(0..100));
}

#[tokio::test]
async fn of_500_branches_that_end_one_after_another_each_is_polled_at_most_three_times() {
    let polls = Cell::new(0);
    let (senders, receivers): (Vec<_>, Vec<_>) =
        (0..500).map(|_| oneshot::channel::<usize>()).unzip();
    let branches = receivers.into_iter().map(|mut receiver| {
        let polls = &polls;
        poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            std::pin::Pin::new(&mut receiver).poll(cx)
        })
    });
    let joined = Group::new().join(spread("..branches", branches), |results| results);
    let release = async {
        for (n, sender) in senders.into_iter().enumerate().rev() {
            sender.send(n).unwrap();
            yield_now().await;
        }
    };
    let (values, ()) = tokio::join!(joined, release);
    assert!(values.into_iter().map(Result::unwrap).eq(0..500));
    assert!(polls.get() <= 1500, "{} polls", polls.get());
}

#[test]
fn it_is_send_where_its_branches_are() {
    fn assert_send<T: Send>(_: &T) {}
    let text = String::from("a");
    let branches = (branch("a", async { text.len() }), spread("..b", [ready(1)]));
    assert_send(&Group::settled().limit(1).join(branches, |results| results));
}

#[tokio::test]
async fn a_failure_while_an_iterator_is_endless_ends_it() {
    let failed = Group::fail_fast().limit(2).join(
        spread(
            "..",
            (0_u64..).map(|n| async move { if n == 100 { Err(n) } else { Ok(n) } }),
        ),
        |results| results,
    );
    assert_eq!(failed.await, Err(100));
}

#[test]
fn of_nothing_it_is_ready_at_once() {
    assert_eq!(now(nothing(7)), 7);
    now(Group::new().join((), |()| ()));
}
