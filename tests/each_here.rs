//! `gather_each!(here; ..)`: branches that run, and may borrow, in the task that takes their results.

use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, panic_any};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures::FutureExt;
use futures::stream::{FusedStream, Stream, StreamExt};
use gather::gather_each;
use tokio::task::yield_now;
use tokio::time::{Duration, sleep};

mod support {
    pub(crate) mod block_on;
    pub(crate) mod probe;
}

use support::block_on::block_on;
use support::probe::{Probe, Seen};

async fn after(milliseconds: u64) -> u64 {
    sleep(Duration::from_millis(milliseconds)).await;
    milliseconds
}

#[tokio::test(start_paused = true)]
async fn results_come_as_their_branches_end_and_each_has_its_index() {
    macro_rules! test {
        ($($options:tt)*) => {
            let mut each =
                gather_each!($($options)*; after(30), after(10), ..[after(40), after(20)], after(5));
            for expected in [(4, 5), (1, 10), (3, 20), (0, 30), (2, 40)] {
                assert_eq!(each.next().await, Some(expected));
            }
            for _ in 0..3 {
                assert_eq!(each.next().await, None);
            }
        };
    }
    test!(here);
    test!(here, limit = 5);
    test!(here, limit = 100);
}

#[tokio::test]
async fn of_branches_that_end_in_one_poll_the_first_to_end_comes_first() {
    let order = RefCell::new(Vec::new());
    let branch = |name: char, yields: usize| {
        let order = &order;
        async move {
            for _ in 0..yields {
                yield_now().await;
            }
            order.borrow_mut().push(name);
            name
        }
    };
    let each =
        gather_each!(here; branch('a', 1), ..[branch('b', 2), branch('c', 0)], branch('d', 0));
    let results: Vec<char> = each.map(|(_, name)| name).collect().await;
    assert_eq!(results, *order.borrow());
}

#[test]
fn branches_and_results_may_borrow_and_need_not_be_send_or_have_a_runtime() {
    let words = [String::from("a"), String::from("bcd")];
    let counted = Rc::new(Cell::new(0));
    let mut each = gather_each!(here; async { &words[0] }, ..words.iter().map(|word| {
        let counted = Rc::clone(&counted);
        async move {
            counted.set(counted.get() + word.len());
            word
        }
    }));
    let mut results = Vec::new();
    block_on(async {
        while let Some((index, word)) = each.next().await {
            results.push((index, word.as_str()));
        }
    });
    results.sort_unstable();
    assert_eq!(results, [(0, "a"), (1, "a"), (2, "bcd")]);
    assert_eq!(counted.get(), 4);
}

fn assert_send(_: &impl Send) {}

#[test]
fn a_task_that_takes_results_of_a_closure_over_references_is_send() {
    async fn length(word: &str) -> usize {
        word.len()
    }

    let task = async {
        let words = [String::from("a"), String::from("bcd")];
        let mut sum = 0;
        let mut at_once = gather_each!(here; ..words.iter().map(|word| length(word)));
        while let Some((_, length)) = at_once.next().await {
            sum += length;
        }
        let mut lazily = gather_each!(here, limit = 2; ..words.iter().map(|word| length(word)));
        while let Some((_, length)) = lazily.next().await {
            sum += length;
        }
        let mut keyed =
            gather_each!(here, limit = 1; ..words.iter().map(|word| (word, length(word))));
        while let Some((_, (word, length))) = keyed.next().await {
            sum += length - word.len();
        }
        sum
    };
    assert_send(&task);
    assert_eq!(block_on(task), 8);
}

#[test]
fn a_task_that_takes_results_is_send_where_the_branches_are() {
    let task = async {
        let text = String::from("7");
        let parse = |text| async move { str::parse::<u8>(text).unwrap() };
        let mut each =
            gather_each!(here, limit = 2; parse(&text), ..[&text, &text].map(|text| parse(text)));
        let mut sum = 0;
        while let Some((_, number)) = each.next().await {
            sum += number;
        }
        sum
    };
    assert_send(&task);
    assert_eq!(block_on(task), 21);
}

#[test]
fn no_branches_are_no_results() {
    let mut each = gather_each!(here;);
    assert!(each.is_terminated());
    assert_eq!(block_on(each.next()), None::<(usize, u8)>);
    let none: [std::future::Ready<u8>; 0] = [];
    let mut each = gather_each!(here; ..none);
    assert!(!each.is_terminated());
    assert_eq!(each.size_hint(), (0, None));
    assert_eq!(block_on(each.next()), None);
    assert!(each.is_terminated());
    assert_eq!(each.size_hint(), (0, Some(0)));
}

#[tokio::test]
async fn it_is_lazy_and_dropping_it_drops_the_branches_then_and_there() {
    let probe = Probe::default();
    let mut each = gather_each!(here; probe.watch(ready(1)), ..[probe.watch(pending())]);
    assert_eq!(
        probe.seen(),
        Seen {
            watched: 2,
            started: 0,
            dropped: 0
        }
    );
    assert_eq!(each.next().await, Some((0, 1)));
    assert_eq!(
        probe.seen(),
        Seen {
            watched: 2,
            started: 2,
            dropped: 1
        }
    );
    assert_eq!(each.next().now_or_never(), None);
    drop(each);
    assert_eq!(probe.seen().dropped, 2);
}

#[tokio::test]
async fn a_panic_comes_behind_the_results_that_were_there_and_when_all_has_been_dropped() {
    macro_rules! test {
        ($($options:tt)*) => {
            let probe = Probe::default();
            let panics = probe.watch(async {
                yield_now().await;
                panic_any(7_u16)
            });
            let hangs = |_| probe.watch(pending::<u8>());
            let mut each = gather_each!(
                $($options)*; ready(1), hangs(0), async { yield_now().await; 2 }, panics, ..[0, 1].map(hangs)
            );
            assert_eq!(each.next().await, Some((0, 1)));
            assert_eq!(each.next().await, Some((2, 2)));
            let panicked = AssertUnwindSafe(each.next()).catch_unwind().await;
            assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&7_u16));
            assert_eq!(probe.seen().dropped, 4);
            assert_eq!(each.next().await, None);
            assert!(each.is_terminated());
        };
    }
    test!(here);
    test!(here, limit = 6);
}

#[tokio::test]
async fn a_panic_of_an_iterator_is_that_of_a_branch() {
    let probe = Probe::default();
    let branches = (0..3).map(|n| {
        assert!(n < 2, "the iterator panics");
        probe.watch(ready(n))
    });
    let mut each = gather_each!(here, limit = 3; probe.watch(pending()), ..branches);
    assert_eq!(each.next().await, Some((1, 0)));
    assert_eq!(each.next().await, Some((2, 1)));
    let panicked = AssertUnwindSafe(each.next())
        .catch_unwind()
        .await
        .unwrap_err();
    assert_eq!(panicked.downcast_ref(), Some(&"the iterator panics"));
    assert_eq!(probe.seen().dropped, 3);
}

#[tokio::test]
async fn values_that_nobody_takes_are_dropped_quietly() {
    struct Panics<'a>(&'a Cell<u32>);
    impl Drop for Panics<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            panic!("a value panics");
        }
    }
    let dropped = Cell::new(0);
    let mut each = gather_each!(here; ..(0..3).map(|_| async { Panics(&dropped) }));
    let (_, first) = each.next().await.unwrap();
    drop(each);
    assert_eq!(dropped.get(), 2);
    std::mem::forget(first);
}

#[tokio::test]
async fn an_endless_iterator_of_ready_branches_lets_other_tasks_run() {
    let other = tokio::spawn(async {});
    let mut each = gather_each!(here, limit = 2; ..(0..).map(ready));
    while !other.is_finished() {
        each.next().await.unwrap();
    }
}

#[test]
fn under_a_limit_a_place_is_left_when_the_result_is_taken() {
    let probe = Probe::default();
    let branches = (0..10).map(|n| probe.watch(ready(n)));
    let mut each = gather_each!(here, limit = 3; ..branches);
    for taken in 0..10 {
        assert_eq!(block_on(each.next()).unwrap().0, taken);
        assert!(probe.seen().watched <= taken + 3);
    }
    assert_eq!(block_on(each.next()), None);
}

/// Panics when it wakes.
struct PanicsAtWake;

impl Wake for PanicsAtWake {
    fn wake(self: Arc<Self>) {
        panic_any("the waker");
    }
}

#[test]
fn a_waker_that_panics_when_a_result_leaves_its_place_loses_no_result() {
    let waker = Waker::from(Arc::new(PanicsAtWake));
    let mut cx = Context::from_waker(&waker);
    let mut each = gather_each!(here, limit = 2; ..(0..5).map(ready));
    for expected in 0..5 {
        let polled = each.poll_next_unpin(&mut cx);
        assert_eq!(polled, Poll::Ready(Some((expected, expected))));
    }
    assert_eq!(each.poll_next_unpin(&mut cx), Poll::Ready(None));
}
