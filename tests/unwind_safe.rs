//! Panics that are caught around a handle: the handle and its futures may be used within
//! `catch_unwind`, like tokio's `JoinHandle`.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread::Result;

use gather::{
    Abort, AbortEach, Each, Gather, GatherFuture, GatherMut, Next, gather, gather_each,
    gather_settled, try_gather,
};
use tokio::task::JoinHandle;

mod support {
    pub(crate) mod flavours;
}

use support::flavours::on_both_flavours;

const fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}

macro_rules! table {
    ($($output:ty),+) => {
        const _: () = {$(
            // Whatever the output is.
            unwind_safe::<JoinHandle<$output>>();
            unwind_safe::<Gather<$output>>();
            unwind_safe::<GatherFuture<$output>>();
            unwind_safe::<GatherMut<'static, $output>>();
            unwind_safe::<Abort<$output>>();
            unwind_safe::<Each<$output>>();
            unwind_safe::<Next<'static, Each<$output>>>();
            unwind_safe::<AbortEach<$output>>();
        )+};
    };
}

table!(
    u8,
    Vec<u8>,
    Cell<u8>,
    Rc<Cell<u8>>,
    &'static mut u8,
    Box<dyn Fn() -> u8>
);

/// What `FutureExt::catch_unwind` of the crate `futures` returns.
struct CatchUnwind<F>(F);

fn caught<F: Future + Unpin + UnwindSafe>(future: F) -> CatchUnwind<F> {
    CatchUnwind(future)
}

impl<F: Future + Unpin + UnwindSafe> Future for CatchUnwind<F> {
    type Output = Result<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.0).poll(cx)));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    }
}

async fn panics() -> std::result::Result<u8, ()> {
    panic_any("a branch")
}

#[test]
fn the_panic_of_a_branch_can_be_caught_around_the_await() {
    on_both_flavours(|| async {
        assert_eq!(
            caught(gather!(async { 1 }).into_future()).await.unwrap(),
            (1,)
        );

        let payload = caught(gather!(panics()).into_future()).await.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"a branch"));
        let payload = caught(try_gather!(panics()).into_future())
            .await
            .unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"a branch"));
        let (outcome,) = caught(gather_settled!(panics()).into_future())
            .await
            .unwrap();
        assert!(outcome.unwrap_err().is_panic());

        let mut gather = gather!(limit = 1; async { 1 }, panics());
        let payload = caught((&mut gather).into_future()).await.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"a branch"));
        assert!(gather.is_finished());

        let stopped = caught(gather!(std::future::pending::<()>()).abort()).await;
        assert!(stopped.unwrap().is_none());

        let mut each = gather_each!(limit = 1; async { Ok(1) }, panics());
        assert_eq!(caught(each.next()).await.unwrap(), Some((0, Ok(1))));
        let payload = caught(each.next()).await.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"a branch"));
        assert_eq!(caught(each.next()).await.unwrap(), None);

        let rest = caught(gather_each!(std::future::pending::<()>()).abort()).await;
        assert!(rest.unwrap().is_empty());
    });
}

#[test]
fn a_handle_can_be_moved_into_catch_unwind_and_lent_to_it() {
    on_both_flavours(|| async {
        let gather = gather!(async { 1 });
        assert!(catch_unwind(|| gather.progress().total()).is_ok());
        assert!(catch_unwind(move || drop(gather)).is_ok());
    });
}
