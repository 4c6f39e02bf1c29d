//! The base of a struct, where only the struct determines the type of the base.

#![expect(
    clippy::default_trait_access,
    reason = "that the type is inferred is what is tested"
)]

use std::future::{pending, ready};
use std::sync::Arc;

use gather::{gather, gather_settled, try_gather};

#[derive(Debug, Default, PartialEq)]
struct Page {
    user: u8,
    title: String,
    hits: u64,
}

#[derive(Debug, Default)]
struct Settled {
    user: Option<u8>,
    hits: u64,
}

#[tokio::test]
async fn a_base_of_default_takes_the_type_of_the_struct() {
    let expected = || Page {
        user: 1,
        ..Page::default()
    };
    let page = gather!(Page {
        user: ready(1),
        ..Default::default()
    });
    assert_eq!(page.await, expected());
    let page = try_gather!(Page {
        user: ready(Ok::<_, ()>(1)),
        ..Default::default()
    });
    assert_eq!(page.await, Ok(expected()));
    let page = gather!(limit = 1; Page { user: ready(1), ..Default::default() });
    assert_eq!(page.await, expected());
}

#[tokio::test]
async fn a_call_with_a_base_and_no_branch_gives_the_base() {
    let settled = gather_settled!(Settled {
        ..Default::default()
    })
    .await;
    assert_eq!((settled.user, settled.hits), (None, 0));
}

struct Draft {
    user: u8,
    notes: Arc<()>,
}

#[tokio::test]
async fn a_base_is_dropped_when_the_handle_is_detached() {
    let notes = Arc::new(());
    let base = Draft {
        user: 0,
        notes: Arc::clone(&notes),
    };
    assert_eq!((base.user, Arc::strong_count(&base.notes)), (0, 2));
    let draft = gather!(Draft {
        user: pending(),
        ..base
    });
    assert_eq!(Arc::strong_count(&notes), 2);
    draft.detach();
    assert_eq!(Arc::strong_count(&notes), 1);
}
