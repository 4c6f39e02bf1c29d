//! Asserts at compile time which types of this crate are `Send`, `Sync` and `Unpin`, and which
//! other traits they have.

use std::cell::Cell;
use std::error::Error;
use std::marker::PhantomPinned;
use std::rc::Rc;

use gather::{
    Abort, AbortEach, BranchError, Each, Gather, GatherFuture, GatherMut, Next, Progress,
};

/// Whether a type has a trait. The inherent constant exists only where its bound holds, and takes
/// precedence over the constant of the trait.
macro_rules! has {
    ($type:ty: $($bound:tt)+) => {{
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "it is looked at only where the bound does not hold")]
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T> Otherwise for Probe<T> {}
        #[allow(dead_code, reason = "it is looked at only where the bound holds")]
        impl<T: $($bound)+> Probe<T> {
            const HAS: bool = true;
        }
        Probe::<$type>::HAS
    }};
}

macro_rules! table {
    ($($type:ty: Send = $send:literal, Sync = $sync:literal, Unpin = $unpin:literal;)+) => {
        $(const _: () = {
            assert!(has!($type: Send) == $send);
            assert!(has!($type: Sync) == $sync);
            assert!(has!($type: Unpin) == $unpin);
        };)+
    };
}

table! {
    Gather<u32>: Send = true, Sync = true, Unpin = true;
    Gather<Cell<u32>>: Send = true, Sync = true, Unpin = true;
    Gather<Rc<u32>>: Send = false, Sync = false, Unpin = true;
    Gather<PhantomPinned>: Send = true, Sync = true, Unpin = true;

    GatherFuture<u32>: Send = true, Sync = true, Unpin = true;
    GatherFuture<Cell<u32>>: Send = true, Sync = true, Unpin = true;
    GatherFuture<Rc<u32>>: Send = false, Sync = false, Unpin = true;
    GatherFuture<PhantomPinned>: Send = true, Sync = true, Unpin = true;

    GatherMut<'static, u32>: Send = true, Sync = true, Unpin = true;
    GatherMut<'static, Cell<u32>>: Send = true, Sync = true, Unpin = true;
    GatherMut<'static, Rc<u32>>: Send = false, Sync = false, Unpin = true;
    GatherMut<'static, PhantomPinned>: Send = true, Sync = true, Unpin = true;

    Abort<u32>: Send = true, Sync = true, Unpin = true;
    Abort<Cell<u32>>: Send = true, Sync = true, Unpin = true;
    Abort<Rc<u32>>: Send = false, Sync = false, Unpin = true;
    Abort<PhantomPinned>: Send = true, Sync = true, Unpin = true;

    Each<u32>: Send = true, Sync = true, Unpin = true;
    Each<Cell<u32>>: Send = true, Sync = true, Unpin = true;
    Each<Rc<u32>>: Send = false, Sync = false, Unpin = true;
    Each<PhantomPinned>: Send = true, Sync = true, Unpin = true;

    Next<'static, Each<Cell<u32>>>: Send = true, Sync = true, Unpin = true;
    Next<'static, Each<Rc<u32>>>: Send = false, Sync = false, Unpin = true;
    AbortEach<u32>: Send = true, Sync = true, Unpin = true;
    AbortEach<Cell<u32>>: Send = true, Sync = false, Unpin = true;
    AbortEach<Rc<u32>>: Send = false, Sync = false, Unpin = true;

    BranchError: Send = true, Sync = true, Unpin = true;
    Progress: Send = true, Sync = true, Unpin = true;
}

const _: () = {
    assert!(has!(BranchError: Error));
    assert!(has!(Progress: Copy));
    assert!(has!(GatherFuture<u32>: Future<Output = u32>));
    assert!(has!(GatherMut<'static, u32>: Future<Output = u32>));
    assert!(has!(Abort<u32>: Future<Output = Option<u32>>));
    assert!(has!(Gather<u32>: IntoFuture<Output = u32>));
    // The branches already run, so spawning the handle would be a mistake.
    assert!(!has!(Gather<u32>: Future));
    assert!(!has!(Gather<u32>: Clone));
    assert!(has!(&'static mut Gather<u32>: IntoFuture<Output = u32>));
    assert!(!has!(&'static Gather<u32>: IntoFuture));
    assert!(has!(Each<u32>: futures::stream::FusedStream<Item = (usize, u32)>));
    assert!(has!(Next<'static, Each<u32>>: Future<Output = Option<(usize, u32)>>));
    assert!(has!(AbortEach<u32>: Future<Output = Vec<(usize, u32)>>));
    assert!(has!(Each<u32>: std::panic::UnwindSafe + std::panic::RefUnwindSafe));
    assert!(has!(AbortEach<u32>: std::panic::UnwindSafe + std::panic::RefUnwindSafe));
    // The results arrive one by one.
    assert!(!has!(Each<u32>: Future));
    assert!(!has!(Each<u32>: Iterator));
};

/// `abort` returns a future that can be spawned.
#[tokio::test]
async fn the_future_of_abort_can_be_sent() {
    let aborted = gather::gather!(std::future::ready(Cell::new(1))).abort();
    let aborted = tokio::spawn(aborted).await.unwrap();
    assert_eq!(aborted, None);
}
