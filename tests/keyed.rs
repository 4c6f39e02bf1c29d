//! Spreads of pairs of a key and a future: each result is paired with its key.

use std::collections::HashMap;
use std::future::{Future, IntoFuture, Ready, pending, ready};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gather::{BranchError, Gather, gather, gather_settled, try_gather};
use tokio::sync::oneshot;
use tokio::task::yield_now;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::panic_of::panic_of;
use support::until::until;

/// Runs the test in each place that branches can run in.
macro_rules! in_every_place {
    ($test:ident) => {
        in_the_background!($test);
        $test!(here;);
        $test!(here, limit = 2;);
    };
}

/// Runs the test in each place that has a handle.
macro_rules! in_the_background {
    ($test:ident) => {
        $test!();
        $test!(limit = 2;);
        $test!(tasks = 2;);
        $test!(tasks = 2, limit = 3;);
    };
}

/// A key that implements no trait, not even `Clone`.
struct Key(usize);

/// Ends later for smaller numbers.
async fn double(number: usize) -> usize {
    for _ in number..10 {
        yield_now().await;
    }
    2 * number
}

fn numbers(keyed: Vec<(Key, usize)>) -> Vec<(usize, usize)> {
    let numbers = keyed.into_iter().map(|(Key(key), value)| (key, value));
    numbers.collect()
}

#[test]
fn each_result_is_beside_its_key_in_the_order_of_the_iterator() {
    const EXPECTED: [(usize, usize); 5] = [(0, 0), (1, 2), (2, 4), (3, 6), (4, 8)];
    let pairs = || (0..5).map(|n| (Key(n), double(n)));
    let tried = || (0..5).map(|n| (Key(n), async move { Ok::<_, String>(double(n).await) }));
    let failing = || (0..5).map(|n| (Key(n), async { Err::<(), _>("no") }));
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                assert_eq!(numbers(gather!($($options)* ..pairs()).await), EXPECTED);
                let values = try_gather!($($options)* ..tried()).await;
                assert_eq!(numbers(values.unwrap()), EXPECTED);
                let failed = try_gather!($($options)* ..failing()).await;
                assert_eq!(failed.map(drop).unwrap_err(), "no");
                let settled: Vec<(Key, Result<usize, BranchError>)> =
                    gather_settled!($($options)* ..pairs()).await;
                let values = settled.into_iter().map(|(key, value)| (key, value.unwrap()));
                assert_eq!(numbers(values.collect()), EXPECTED);
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn a_map_of_boxed_futures_gives_a_map_of_results() {
    type Boxed = Pin<Box<dyn Future<Output = usize> + Send>>;
    fn boxed(number: usize) -> Boxed {
        Box::pin(double(number))
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let jobs: HashMap<String, Boxed> =
                    (0..20).map(|n| (n.to_string(), boxed(n))).collect();
                let keyed = gather!($($options)* ..jobs).await;
                let results: HashMap<String, usize> = keyed.into_iter().collect();
                assert_eq!(results.len(), 20);
                for (key, result) in results {
                    assert_eq!(2 * key.parse::<usize>().unwrap(), result);
                }
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn arrays_of_pairs_and_what_turns_into_futures_can_be_spread() {
    struct Request(usize);
    impl IntoFuture for Request {
        type Output = usize;
        type IntoFuture = Ready<usize>;
        fn into_future(self) -> Ready<usize> {
            ready(self.0)
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let keyed = gather!($($options)* ..[("a", Request(1)), ("b", Request(2))]).await;
                assert_eq!(keyed, [("a", 1), ("b", 2)]);
                let none: [(Key, Request); 0] = [];
                assert!(gather!($($options)* ..none).await.is_empty());
            });
        };
    }
    in_every_place!(test);
    on_both_flavours(|| async {
        // A key may be a pair, or `()`.
        let keyed = gather!(..[(((), 'c'), Request(3))]).await;
        assert_eq!(keyed, [(((), 'c'), 3)]);
        assert_eq!(gather!(..[((), Request(4))]).await, [((), 4)]);
        // Types are inferred from the way the result is used.
        let keyed: Vec<(u8, i64)> = gather!(..[(1, async { "7".parse().unwrap() })]).await;
        assert_eq!(keyed, [(1, 7)]);
        let handles = ["a", "b"].map(|key| (key, gather!(ready(1), ready(2))));
        let keyed: Gather<Vec<(&str, (u8, u8))>> = gather!(..handles);
        assert_eq!(keyed.await, [("a", (1, 2)), ("b", (1, 2))]);
    });
}

#[test]
fn generic_functions_spread_futures_and_pairs() {
    macro_rules! test {
        ($($options:tt)*) => {{
            async fn plain<F>(futures: Vec<F>) -> Vec<F::Output>
            where
                F: Future<Output: Send + 'static> + Send + 'static,
            {
                gather!($($options)* ..futures).await
            }
            async fn paired<K, F>(pairs: Vec<(K, F)>) -> Vec<(K, F::Output)>
            where
                K: Send + 'static,
                F: Future<Output: Send + 'static> + Send + 'static,
            {
                gather!($($options)* ..pairs).await
            }
            async fn any<I, K, F, T, E>(pairs: I) -> Result<Vec<(K, T)>, E>
            where
                I: IntoIterator<Item = (K, F), IntoIter: Send + 'static> + Send,
                K: Send + 'static,
                F: Future<Output = Result<T, E>> + Send + 'static,
                T: Send + 'static,
                E: Send + 'static,
            {
                let pairs = pairs.into_iter();
                try_gather!($($options)* ..pairs).await
            }
            on_both_flavours(|| async {
                assert_eq!(plain(vec![double(1), double(2)]).await, [2, 4]);
                assert_eq!(paired(vec![('a', double(1)), ('b', double(2))]).await, [('a', 2), ('b', 4)]);
                let pairs = ["1", "2", "3"].map(|text| (text, async { text.parse::<u8>() }));
                // A task can await it.
                let results = tokio::spawn(any(pairs)).await.unwrap();
                assert_eq!(results.unwrap(), [("1", 1), ("2", 2), ("3", 3)]);
            });
        }};
    }
    in_every_place!(test);
}

#[test]
fn keyed_spreads_stand_among_branches_in_fields_and_in_gathers_within() {
    #[derive(Debug, Default, PartialEq)]
    struct Page {
        user: usize,
        orders: Vec<(&'static str, usize)>,
        hits: usize,
    }
    let pairs = || ["a", "b"].into_iter().zip([double(1), double(2)]);
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let (first, keyed, plain, last) = gather!(
                    $($options)* double(7), ..pairs(), ..[double(3)], double(8)
                )
                .await;
                assert_eq!((first, last), (14, 16));
                assert_eq!(keyed, [("a", 2), ("b", 4)]);
                assert_eq!(plain, [6]);

                let page = gather!(
                    $($options)* Page { user: double(7), orders: ..pairs(), ..Page::default() }
                );
                let expected = Page { user: 14, orders: vec![("a", 2), ("b", 4)], hits: 0 };
                assert_eq!(page.await, expected);

                let nested = gather!(
                    $($options)* ..[1, 2].map(|outer| (outer, gather!(..pairs())))
                );
                let inner = vec![("a", 2), ("b", 4)];
                assert_eq!(nested.await, [(1, inner.clone()), (2, inner)]);
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn here_keys_may_borrow_and_need_not_be_send() {
    let words = [String::from("one"), String::from("three")];
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let lengths = gather!(
                    $($options)* ..words.iter().map(|word| (word.as_str(), async { word.len() }))
                );
                assert_eq!(lengths.await, [("one", 3), ("three", 5)]);
                let shared: Vec<(Rc<str>, usize)> = gather!(
                    $($options)* ..words.iter().map(|word| (Rc::from(&**word), async { word.len() }))
                )
                .await;
                assert_eq!(&*shared[1].0, "three");
            });
        };
    }
    test!(here;);
    test!(here, limit = 1;);
}

/// Returns, panics or never ends, depending on the number.
async fn end(number: usize) -> usize {
    match number % 3 {
        0 => number,
        1 => resume_unwind(Box::new("boom")),
        _ => pending().await,
    }
}

#[test]
fn the_key_of_a_branch_that_panics_is_beside_the_panic() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let pairs = [0, 1, 3, 4, 6].into_iter().map(|n| (Key(n), end(n)));
                let settled = gather_settled!($($options)* ..pairs).await;
                assert_eq!(settled.len(), 5);
                for ((key, outcome), number) in settled.into_iter().zip([0, 1, 3, 4, 6]) {
                    assert_eq!(key.0, number);
                    match outcome {
                        Ok(value) => assert_eq!(value, number),
                        Err(error) => {
                            assert_eq!(number % 3, 1);
                            assert_eq!(error.into_panic().downcast_ref(), Some(&"boom"));
                        }
                    }
                }
            });
        };
    }
    in_every_place!(test);
}

#[test]
fn an_aborted_gather_settled_gives_the_outcomes_that_there_are_with_their_keys() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let waits = Arc::new(AtomicUsize::new(0));
                let gather = gather_settled!($($options)* ..[0, 1, 3, 2, 5, 8, 11, 14].map(|n| {
                    let waits = Arc::clone(&waits);
                    let branch = async move {
                        if n % 3 == 2 {
                            waits.fetch_add(1, Ordering::SeqCst);
                        }
                        end(n).await
                    };
                    (Key(n), branch)
                }));
                until(|| gather.progress().finished() == 3 && waits.load(Ordering::SeqCst) > 0).await;
                let settled = gather.abort().await.expect("it is settled");
                assert!(settled.len() > 3, "only {} outcomes", settled.len());
                for ((key, outcome), number) in settled.into_iter().zip([0, 1, 3, 2, 5, 8, 11, 14]) {
                    assert_eq!(key.0, number);
                    match number % 3 {
                        0 => assert_eq!(outcome.unwrap(), number),
                        1 => assert!(outcome.unwrap_err().is_panic()),
                        _ => assert!(outcome.unwrap_err().is_cancelled()),
                    }
                }
            });
        };
    }
    in_the_background!(test);
}

#[test]
fn a_runtime_that_shuts_down_leaves_cancelled_outcomes_with_their_keys() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
                let pairs = (0..5).map(|n| (Key(n), pending::<()>()));
                let guard = runtime.enter();
                let gather = gather_settled!($($options)* ..pairs);
                drop(guard);
                // This blocks until the runtime is gone: a paused clock would
                // advance during an `.await`.
                thread::spawn(|| drop(runtime)).join().unwrap();
                for (at, (key, outcome)) in gather.await.into_iter().enumerate() {
                    assert_eq!(key.0, at);
                    assert!(outcome.unwrap_err().is_cancelled());
                }
            });
        };
    }
    in_the_background!(test);
}

/// Counts keys.
#[derive(Clone, Default)]
struct Ledger {
    made: Arc<AtomicUsize>,
    dropped: Arc<AtomicUsize>,
}

/// A counted key whose `Drop` may panic.
struct Counted {
    ledger: Ledger,
    panics: bool,
}

impl Ledger {
    fn key(&self) -> Counted {
        self.made.fetch_add(1, Ordering::SeqCst);
        Counted {
            ledger: self.clone(),
            panics: false,
        }
    }

    fn panicking_key(&self) -> Counted {
        let mut key = self.key();
        key.panics = true;
        key
    }

    fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }

    fn alive(&self) -> usize {
        let dropped = self.dropped.load(Ordering::SeqCst);
        self.made()
            .checked_sub(dropped)
            .expect("a key is dropped twice")
    }

    async fn assert_all_dropped_once(&self) {
        // An iterator that is being pulled may still make a key. The iterator
        // holds the ledger, too.
        until(|| Arc::strong_count(&self.made) == 1).await;
        assert_eq!(self.alive(), 0);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.ledger.dropped.fetch_add(1, Ordering::SeqCst);
        if self.panics {
            resume_unwind(Box::new("key"));
        }
    }
}

type Tried = Result<usize, &'static str>;

/// Ends as `end` does, or with an error.
async fn try_end(number: usize) -> Tried {
    if number == 42 {
        Err("no")
    } else {
        Ok(end(number).await)
    }
}

#[test]
fn keys_are_dropped_once_in_every_ending() {
    macro_rules! test {
        (@ $gather:ident $($options:tt)*) => {
            on_both_flavours(|| async {
                // The branches return, fail, panic, and never end.
                for last in [0, 42, 1, 2] {
                    let ledger = Ledger::default();
                    let gather = || {
                        let keys = ledger.clone();
                        $gather!(
                            $($options)*
                            ..[0, 3, 6, last, 9, 12].into_iter().map(move |n| (keys.key(), try_end(n)))
                        )
                    };
                    drop(gather());
                    ledger.assert_all_dropped_once().await;

                    let started = gather();
                    until(|| started.progress().finished() > 2).await;
                    drop(started);
                    ledger.assert_all_dropped_once().await;

                    let ended = tokio::spawn(gather().abort()).await;
                    drop(ended);
                    ledger.assert_all_dropped_once().await;

                    if last != 2 {
                        gather().detach();
                        ledger.assert_all_dropped_once().await;

                        let mut awaited = gather();
                        let ended = tokio::spawn(async move {
                            let result = (&mut awaited).await;
                            (result, awaited)
                        })
                        .await;
                        if last == 0 {
                            assert_eq!(ledger.alive(), 6);
                        }
                        drop(ended);
                        ledger.assert_all_dropped_once().await;
                    }
                    assert!(ledger.made() > 0);
                }
            });
        };
        ($($options:tt)*) => {
            test!(@ gather $($options)*);
            test!(@ try_gather $($options)*);
            test!(@ gather_settled $($options)*);
        };
    }
    in_the_background!(test);
}

#[test]
fn here_keys_are_dropped_with_the_future_or_by_its_failure() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for last in [0, 42, 1, 2] {
                    let ledger = Ledger::default();
                    let pairs = || {
                        let keys = ledger.clone();
                        [0, 3, last, 6].into_iter().map(move |n| (keys.key(), try_end(n)))
                    };
                    let mut polled = Box::pin(try_gather!($($options)* ..pairs()));
                    tokio::select! {
                        biased;
                        result = std::panic::AssertUnwindSafe(&mut polled), if last != 1 => drop(result),
                        () = yield_now() => {}
                    }
                    drop(polled);
                    assert_eq!(ledger.alive(), 0);

                    let failing = tokio::spawn(try_gather!($($options)* ..pairs()));
                    if last != 2 {
                        drop(failing.await);
                    } else {
                        failing.abort();
                    }
                    ledger.assert_all_dropped_once().await;
                }
            });
        };
    }
    test!(here;);
    test!(here, limit = 2;);
}

#[test]
fn no_keys_pile_up_behind_a_detached_gather() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let ledger = Ledger::default();
                let keys = ledger.clone();
                let (stop, stopped) = oneshot::channel::<()>();
                let pairs = (0..).map(move |_| (keys.key(), async { yield_now().await }));
                gather!($($options)* async { stopped.await.unwrap_err() }, ..pairs).detach();
                for many in [1_000, 10_000] {
                    until(|| ledger.made() > many).await;
                    assert!(ledger.alive() < 10, "{} keys are kept", ledger.alive());
                }
                drop(stop);
            });
        };
    }
    test!(limit = 3;);
    test!(tasks = 2, limit = 3;);
}

#[test]
fn keys_that_panic_when_nobody_takes_them_harm_nobody() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let ledger = Ledger::default();
                let gather = |last: usize| {
                    let keys = ledger.clone();
                    let pairs = [0, 3, last, 6].into_iter();
                    try_gather!($($options)* ..pairs.map(move |n| (keys.panicking_key(), try_end(n))))
                };
                for last in [0, 42, 1, 2] {
                    drop(gather(last));
                    ledger.assert_all_dropped_once().await;
                    if last != 2 {
                        gather(last).detach();
                        ledger.assert_all_dropped_once().await;
                    }
                }
                // Like the panic of a result, such a panic outranks an error,
                // but not another panic.
                assert_eq!(panic_of(gather(42)).await, "key");
                assert_eq!(panic_of(gather(1)).await, "boom");
                ledger.assert_all_dropped_once().await;
                std::mem::forget(gather(0).await);
            });
        };
    }
    in_the_background!(test);
}

/// Yields `good` pairs, and then panics.
fn panics_after(good: usize) -> impl Iterator<Item = (Key, Ready<Tried>)> + Send + 'static {
    (0..=good).map(move |at| {
        if at == good {
            resume_unwind(Box::new("next"));
        }
        (Key(at), ready(Ok(at)))
    })
}

#[test]
fn a_panic_of_the_iterator_has_no_key_and_is_resumed() {
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                for good in [0, 1, 5] {
                    let ended = tokio::spawn(async move {
                        drop(gather_settled!($($options)* ..panics_after(good)).await);
                    });
                    let panic = ended.await.unwrap_err().into_panic();
                    assert_eq!(panic.downcast_ref(), Some(&"next"));
                    let ended = tokio::spawn(async move {
                        drop(gather!($($options)* ready(1), ..panics_after(good), ready(2)).await);
                    });
                    let panic = ended.await.unwrap_err().into_panic();
                    assert_eq!(panic.downcast_ref(), Some(&"next"));
                }
            });
        };
    }
    in_every_place!(test);
}

#[test]
#[cfg_attr(plain, ignore = "a key is not kept before its future is made")]
fn a_pair_that_panics_when_it_is_made_a_future_has_its_key_beside_the_panic() {
    struct Panics;
    impl IntoFuture for Panics {
        type Output = ();
        type IntoFuture = Ready<()>;
        fn into_future(self) -> Ready<()> {
            resume_unwind(Box::new("boom"))
        }
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let mut settled = gather_settled!($($options)* ..[(Key(7), Panics)]).await;
                let (key, outcome) = settled.pop().unwrap();
                assert_eq!(key.0, 7);
                assert_eq!(outcome.unwrap_err().into_panic().downcast_ref(), Some(&"boom"));
                assert!(settled.is_empty());
            });
        };
    }
    test!(limit = 1;);
    test!(limit = 3;);
    test!(tasks = 2, limit = 3;);
    test!(here, limit = 1;);
}
