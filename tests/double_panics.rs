//! Two panics at once. If a second panic escaped while the first unwinds, it would end the process,
//! and with it all tests of this file.

use std::future::{Future, IntoFuture, Pending, Ready, pending, ready};
use std::iter;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use gather::{Gather, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod outside;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::outside::send_from_outside;
use support::until::until;

/// Panics whenever it is dropped, even during another panic.
struct Panics(&'static str);

impl Drop for Panics {
    fn drop(&mut self) {
        panic_any(self.0);
    }
}

/// Panics whenever it is dropped. Its payload also panics whenever it is dropped.
struct PanicsWithPanics;

impl Drop for PanicsWithPanics {
    fn drop(&mut self) {
        resume_unwind(Box::new(Panics("the payload")));
    }
}

#[test]
fn an_output_and_the_error_may_both_panic_when_they_are_dropped() {
    on_both_flavours(|| async {
        let (fail, told) = oneshot::channel();
        let fails = async {
            told.await.unwrap();
            Err::<(), _>(Panics("the error"))
        };
        let gather = try_gather!(async { Ok(Panics("an output")) }, fails);
        until(|| gather.progress().finished() == 1).await;
        fail.send(()).unwrap();
        let awaits = tokio::spawn(async { gather.await.is_ok() });
        let payload = awaits.await.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"an output"));
    });
}

#[test]
fn the_payload_of_a_panic_may_panic_when_it_is_dropped_unread() {
    on_both_flavours(|| async {
        let gather = gather!(async {
            resume_unwind(Box::new(Panics("the payload")));
        });
        until(|| gather.is_finished()).await;
        // Whether the panic of the payload escapes from the drop is unspecified.
        let _ = tokio::spawn(async { drop(gather) }).await;
    });
}

#[test]
fn the_payload_of_a_second_panic_may_panic_when_it_is_dropped() {
    on_both_flavours(|| async {
        let sibling = async {
            let _guard = PanicsWithPanics;
            pending::<()>().await;
        };
        let gather = gather!(sibling, async { panic_any("the first") });
        let awaits = tokio::spawn(async { gather.await });
        let payload = awaits.await.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"the first"));
    });
}

/// A branch of a detached gather fails while another is in the middle of its last poll. The other
/// branch is then the last owner of what the failure left.
macro_rules! failure_before_the_end {
    ($gather:ident, ($($limit:tt)*), $failure:expr) => {{
        let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let (inside, is_inside) = mpsc::channel();
        let (end, told_to_end) = mpsc::channel::<()>();
        let (fail, told_to_fail) = oneshot::channel::<()>();
        let in_its_last_poll = async move {
            inside.send(()).unwrap();
            told_to_end.recv().unwrap();
            Ok::<_, Panics>(Panics("the output"))
        };
        let fails = async move {
            told_to_fail.await.unwrap();
            $failure
        };
        runtime.block_on(async {
            let gather = $gather!($($limit)* in_its_last_poll, fails);
            is_inside.recv().unwrap();
            gather.detach();
            send_from_outside(fail);
            until(|| runtime.metrics().num_alive_tasks() == 1).await;
            end.send(()).unwrap();
            until(|| runtime.metrics().num_alive_tasks() == 0).await;
        });
    }};
}

#[test]
fn an_error_and_an_output_that_nobody_takes_may_both_panic_when_they_are_dropped() {
    let error = || Err::<(), _>(Panics("the error"));
    failure_before_the_end!(try_gather, (), error());
    failure_before_the_end!(try_gather, (limit = 2;), error());
}

#[test]
fn a_payload_and_an_output_that_nobody_takes_may_both_panic_when_they_are_dropped() {
    let panics = || -> Result<(), ()> { resume_unwind(Box::new(Panics("the payload"))) };
    failure_before_the_end!(gather, (), panics());
    failure_before_the_end!(gather, (limit = 2;), panics());
}

struct Endless;

impl Iterator for Endless {
    type Item = Pending<Result<(), ()>>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(pending())
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        panic_any("the iterator");
    }
}

#[test]
fn iterators_that_wait_for_a_place_may_panic_when_a_panic_drops_the_handle() {
    on_both_flavours(|| async {
        let gather = try_gather!(limit = 1; ..Endless, ..Endless);
        let unwound = tokio::spawn(async {
            let _gather = gather;
            panic_any("the caller");
        });
        let payload = unwound.await.unwrap_err().into_panic();
        assert_eq!(payload.downcast_ref(), Some(&"the caller"));

        let gather = gather!(limit = 1; ..Endless, ..Endless);
        let _ = tokio::spawn(async { drop(gather) }).await;
    });
}

#[test]
fn futures_that_wait_for_a_place_may_panic_with_what_panics_when_their_runtime_is_gone() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let branch = || {
        let panics = PanicsWithPanics;
        async move {
            let _panics = panics;
            pending::<()>().await;
        }
    };
    runtime.block_on(async {
        gather_settled!(limit = 1; pending::<()>(), branch(), branch(), branch()).detach();
    });
}

#[test]
fn a_value_that_needed_no_branch_may_panic_when_a_panic_drops_the_handle() {
    let unwound = catch_unwind(|| {
        let _gather = Gather::ready(Panics("the value"));
        panic_any("the caller");
    });
    assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"the caller"));
}

#[test]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
fn a_base_may_panic_when_it_is_dropped_because_an_iterator_panicked() {
    struct Page {
        _pages: Vec<()>,
        _base: Panics,
    }
    on_both_flavours(|| async {
        let pages = (0..1).map(|_| -> Pending<()> { panic_any("the iterator") });
        let started = catch_unwind(|| {
            let base = Page {
                _pages: Vec::new(),
                _base: Panics("the base"),
            };
            gather!(Page {
                _pages: ..pages,
                ..base
            })
        });
        let payload = started.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
    });
}

#[test]
fn branches_and_results_may_all_panic_when_a_future_that_runs_here_is_dropped() {
    let hangs = |name| async move {
        let _guard = Panics(name);
        pending::<()>().await;
    };
    let dropped = |dropped: Box<dyn FnOnce()>| catch_unwind(AssertUnwindSafe(dropped));
    let make = || {
        let returns = async { Panics("the first") };
        let mut gather = Box::pin(gather!(here; returns, hangs("a"), ..[hangs("b"), hangs("c")]));
        let mut nobody = Context::from_waker(Waker::noop());
        assert!(gather.as_mut().poll(&mut nobody).is_pending());
        gather
    };
    let gather = make();
    let payload = dropped(Box::new(|| drop(gather))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"the first"));

    let gather = make();
    let unwinds = dropped(Box::new(|| {
        let _gather = gather;
        panic_any("the caller");
    }));
    assert_eq!(unwinds.unwrap_err().downcast_ref(), Some(&"the caller"));
}

#[test]
fn a_panic_behind_a_result_may_panic_when_it_is_dropped_with_the_stream_that_runs_here() {
    on_both_flavours(|| async {
        let panics = async { panic_any(Panics("the payload")) };
        let mut each = gather_each!(here; async { 1 }, panics);
        assert_eq!(each.next().await, Some((0, 1)));
        let unwinds = catch_unwind(AssertUnwindSafe(|| {
            let _each = each;
            panic_any("the caller");
        }));
        assert_eq!(unwinds.unwrap_err().downcast_ref(), Some(&"the caller"));
    });
}

#[test]
fn branches_that_run_here_may_all_panic_when_another_has_failed() {
    on_both_flavours(|| async {
        let hangs = |name| async move {
            let _guard = Panics(name);
            pending::<Result<(), ()>>().await
        };
        let fails = async { Err::<(), _>(()) };
        let all = async move {
            let gather = try_gather!(here; ..[hangs("a"), hangs("b")], hangs("c"), fails);
            gather.await.is_ok()
        };
        let payload = tokio::spawn(all).await.unwrap_err().into_panic();
        assert!(payload.downcast_ref::<&str>().is_some());
    });
}

/// Panics when it is converted into a future.
struct NoFuture;

impl IntoFuture for NoFuture {
    type Output = ();
    type IntoFuture = Ready<()>;

    fn into_future(self) -> Ready<()> {
        panic_any("no future");
    }
}

#[test]
#[cfg_attr(plain, ignore = "a key is not kept before its future is made")]
fn a_pair_that_panics_when_it_is_made_a_future_may_have_a_key_that_panics_when_it_is_dropped() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let awaits = tokio::spawn(async {
                    let mut each = gather_each!($($place)* ..[(Panics("the key"), NoFuture)]);
                    each.next().await.is_some()
                });
                let payload = awaits.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"no future"));
            });
        };
    }
    test!();
    test!(limit = 1;);
    test!(tasks = 1;);
    test!(tasks = 1, limit = 1;);
    test!(here;);
    test!(here, limit = 1;);
}

/// Yields one pair, whose key panics when it is dropped, and then panics.
fn one_and_a_panic<T>(future: T) -> impl Iterator<Item = (Panics, T)> + Send
where
    T: Send,
{
    let mut future = Some(future);
    iter::from_fn(move || match future.take() {
        Some(future) => Some((Panics("the key"), future)),
        None => panic_any("the iterator"),
    })
}

#[test]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
fn a_spread_of_pairs_that_panics_may_have_keys_that_panic_when_they_are_dropped() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let payload = tokio::spawn(async {
                    gather!($($place)* ..[(Panics("the key"), NoFuture)]).await.len()
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"no future"));
                let payload = tokio::spawn(async {
                    gather!($($place)* ..one_and_a_panic(ready(()))).await.len()
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
                let payload = tokio::spawn(async {
                    gather!($($place)* ..one_and_a_panic(pending::<()>())).await.len()
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
                let payload = tokio::spawn(async {
                    let pairs = one_and_a_panic(pending::<Result<(), ()>>());
                    try_gather!($($place)* ..pairs).await.is_ok()
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
            });
        };
    }
    test!();
    test!(limit = 2;);
    test!(tasks = 1;);
    test!(tasks = 1, limit = 2;);
    test!(here;);
    test!(here, limit = 2;);
}

/// A future that panics whenever it is dropped, even if it was never polled.
struct PanicsUnpolled {
    _guard: Panics,
}

impl PanicsUnpolled {
    fn new(name: &'static str) -> Self {
        PanicsUnpolled {
            _guard: Panics(name),
        }
    }
}

impl Future for PanicsUnpolled {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Panics when the second item is requested, and again when it is dropped.
struct PanicsTwice(Panics);

impl Iterator for PanicsTwice {
    type Item = PanicsUnpolled;

    fn next(&mut self) -> Option<PanicsUnpolled> {
        if mem::replace(&mut self.0.0, "the iterator once more") == "the iterator" {
            return Some(PanicsUnpolled::new("its first branch"));
        }
        panic_any("the iterator");
    }
}

#[test]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
fn all_may_panic_when_it_is_dropped_because_an_iterator_panicked() {
    struct Page {
        _before: (),
        _pages: Vec<()>,
        _behind: (),
        _more: Vec<()>,
        _base: Panics,
    }
    macro_rules! test {
        ($($options:tt)*) => {
            on_both_flavours(|| async {
                let payload = tokio::spawn(async {
                    let branch = PanicsUnpolled::new;
                    let base = Page {
                        _before: (),
                        _pages: Vec::new(),
                        _behind: (),
                        _more: Vec::new(),
                        _base: Panics("the base"),
                    };
                    let page = gather!($($options)* Page {
                        _before: branch("before"),
                        _pages: ..PanicsTwice(Panics("the iterator")),
                        _behind: branch("behind"),
                        _more: ..PanicsTwice(Panics("the iterator")),
                        ..base
                    });
                    mem::forget(page.await);
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
                let payload = tokio::spawn(async {
                    let branch = PanicsUnpolled::new;
                    let first = PanicsTwice(Panics("the iterator"));
                    let more = PanicsTwice(Panics("the iterator"));
                    let mut each = gather_each!($($options)* branch("before"), ..first, branch("behind"), ..more);
                    each.next().await.is_some()
                });
                let payload = payload.await.unwrap_err().into_panic();
                assert_eq!(payload.downcast_ref(), Some(&"the iterator"));
            });
        };
    }
    test!();
    test!(limit = 3;);
    test!(tasks = 1;);
    test!(tasks = 2;);
    test!(tasks = 1, limit = 3;);
    test!(here;);
    test!(here, limit = 3;);
}

#[test]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
fn all_may_panic_when_it_is_dropped_outside_a_runtime() {
    struct Page {
        _before: (),
        _pages: Vec<()>,
        _base: Panics,
    }
    macro_rules! test {
        ($($options:tt)*) => {
            let called = catch_unwind(|| {
                let base = Page {
                    _before: (),
                    _pages: Vec::new(),
                    _base: Panics("the base"),
                };
                gather!($($options)* Page {
                    _before: PanicsUnpolled::new("before"),
                    _pages: ..PanicsTwice(Panics("the iterator")),
                    ..base
                })
            });
            let payload = called.unwrap_err();
            let message = payload.downcast_ref::<String>().unwrap();
            assert!(message.contains("outside a tokio runtime"), "{message}");
        };
    }
    in_the_background!(test);
}
