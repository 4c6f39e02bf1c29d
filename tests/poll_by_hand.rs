//! A handle that is polled by hand: in a user's own future, and in a loop of `select!`.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use gather::{Gather, Progress, gather, try_gather};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::yield_now;

mod support {
    pub(crate) mod alarm;
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod until;
}

use support::alarm::Alarm;
use support::flavours::on_both_flavours;
use support::message::message;
use support::until::until;

/// A user's own future with a handle in a field, so that it can report the progress, too.
struct Page<T> {
    gather: Gather<T>,
}

impl<T> Page<T> {
    fn progress(&self) -> Progress {
        self.gather.progress()
    }
}

impl<T> Future for Page<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Each poll makes a new future, which is dropped at the end of the poll.
        let waits = (&mut self.gather).into_future();
        pin!(waits).poll(cx)
    }
}

#[test]
fn a_future_that_has_a_gather_in_a_field_is_woken() {
    on_both_flavours(|| async {
        let (send, told) = oneshot::channel();
        let page = Page {
            gather: gather!(async { told.await.unwrap() }, ready(1)),
        };
        assert_eq!(page.progress().total(), Some(2));
        let page = tokio::spawn(page);
        // By now the task waits.
        for _ in 0..10 {
            yield_now().await;
        }
        send.send(7).unwrap();
        assert_eq!(page.await.unwrap(), (7, 1));
    });
}

#[test]
fn such_a_future_is_woken_by_a_failure_and_under_a_limit() {
    on_both_flavours(|| async {
        for limit in 1..4 {
            let permits = Arc::new(Semaphore::new(0));
            let branch = |at| {
                let permits = Arc::clone(&permits);
                async move {
                    permits.acquire().await.unwrap().forget();
                    if at == 3 { Err(at) } else { Ok(at) }
                }
            };
            let branches: Vec<_> = (0..5).map(branch).collect();
            let page = tokio::spawn(Page {
                gather: try_gather!(limit = limit; ..branches),
            });
            for _ in 0..4 {
                for _ in 0..10 {
                    yield_now().await;
                }
                permits.add_permits(1);
            }
            assert_eq!(page.await.unwrap(), Err(3));
        }
    });
}

#[test]
fn who_polled_last_is_woken_though_each_wait_was_dropped() {
    on_both_flavours(|| async {
        let (send, told) = oneshot::channel::<u8>();
        let mut page = Page {
            gather: gather!(async { told.await.unwrap() }),
        };
        let (first, second) = (Alarm::default(), Alarm::default());
        assert!(first.poll(&mut page).is_pending());
        assert!(second.poll(&mut page).is_pending());
        send.send(7).unwrap();
        until(|| second.rung() > 0).await;
        assert_eq!(first.rung(), 0);
        assert_eq!(second.poll(&mut page), Poll::Ready((7,)));
    });
}

#[test]
fn such_a_future_stops_its_branches_when_it_is_dropped() {
    on_both_flavours(|| async {
        let (guard, stopped) = oneshot::channel::<()>();
        let hangs = async move {
            pending::<()>().await;
            drop(guard);
        };
        let mut page = Page {
            gather: gather!(hangs),
        };
        assert!(Alarm::default().poll(&mut page).is_pending());
        drop(page);
        stopped.await.unwrap_err();
    });
}

#[test]
fn a_loop_of_select_goes_on_after_the_gather_is_done() {
    on_both_flavours(|| async {
        let mut gather = gather!(async { 7 }, ready(1));
        let mut done = None;
        let mut turns = 0;
        while turns < 20 || done.is_none() {
            // The expression of a branch is evaluated even if its precondition does not hold.
            tokio::select! {
                value = &mut gather, if done.is_none() => done = Some(value),
                () = yield_now() => turns += 1,
            }
        }
        assert_eq!(done, Some((7, 1)));
        assert!(gather.is_finished());
    });
}

#[test]
fn a_wait_for_a_gather_that_was_taken_panics_when_it_is_polled_and_not_before() {
    on_both_flavours(|| async {
        let says_so = |payload: Box<dyn std::any::Any + Send>| {
            let message = message(&*payload);
            assert!(
                message.contains("has already returned its result"),
                "{message}"
            );
        };
        let mut gather = gather!(ready(1));
        assert_eq!((&mut gather).await, (1,));

        drop((&mut gather).into_future());
        let waits = (&mut gather).into_future();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let waits = pin!(waits);
            waits.poll(&mut Context::from_waker(std::task::Waker::noop()))
        }));
        says_so(polled.unwrap_err());

        let mut waits = gather.into_future();
        for _ in 0..2 {
            let polled = catch_unwind(AssertUnwindSafe(|| Alarm::default().poll(&mut waits)));
            says_so(polled.unwrap_err());
        }
    });
}
