//! Code of the caller that the macros run: conversions of errors, and code in braces.

use std::future::pending;

use gather::{gather, try_gather};
use tokio::task::yield_now;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
}

use support::flavours::on_both_flavours;
use support::panic_of::panic_of;
use support::probe::Probe;

#[derive(Debug)]
struct Wrapped;

impl From<u8> for Wrapped {
    fn from(_: u8) -> Self {
        panic!("it cannot be wrapped")
    }
}

#[test]
fn a_panic_in_the_conversion_of_an_error_is_a_panic_of_its_branch() {
    on_both_flavours(|| async {
        let sibling = Probe::default();
        let gather = try_gather!(error = Wrapped;
            async { yield_now().await; Err::<(), _>(1) },
            sibling.watch(pending::<Result<(), u8>>()),
        );
        assert_eq!(panic_of(gather).await, "it cannot be wrapped");
        assert_eq!(sibling.seen().dropped, 1);

        let fails = |n| async move { if n == 2 { Err(n) } else { Ok(n) } };
        for limit in 1..4 {
            let gather = try_gather!(error = Wrapped, limit = limit; ..(0..3).map(fails));
            assert_eq!(panic_of(gather).await, "it cannot be wrapped");
        }
    });
}

#[tokio::test]
async fn what_is_in_braces_lives_no_longer_than_its_braces() {
    let lock = std::sync::Mutex::new(1);
    // Each guard is dropped before the next one is taken.
    let got = gather!({ std::future::ready(*lock.lock().unwrap()) }, {
        std::future::ready(*lock.lock().unwrap())
    },);
    assert_eq!(got.await, (1, 1));
}
