//! A group that is written by hand, as an expansion is.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gather_core::{Group, branch, spread};

fn message(payload: &(dyn std::any::Any + Send)) -> &str {
    payload.downcast_ref::<String>().unwrap()
}

#[tokio::test]
async fn branches_that_are_started_in_another_order_than_their_slots_panic() {
    let (group, a, b) = (
        Group::new(),
        branch("a()", async { 1 }),
        branch("b()", async { 2 }),
    );
    let mut group = group.slots::<_, (i32, i32)>((a.slot(), b.slot()));
    let payload = catch_unwind(AssertUnwindSafe(|| group.spawn(b))).unwrap_err();
    assert_eq!(
        message(&*payload),
        "branches are started in the order of their slots, and `b()` is not the next"
    );
    group.spawn(a);
}

#[tokio::test]
async fn a_branch_for_which_there_is_no_slot_panics() {
    let (group, a, b) = (
        Group::new().limit(1),
        branch("a()", async { 1 }),
        spread("..b", [async { 2 }]),
    );
    let mut limited = group.slots::<_, (i32,)>((a.slot(),));
    limited.spawn(a);
    assert_eq!(limited.gather(|results| results).await, (1,));

    let mut group = Group::new().slots::<_, ()>(());
    let payload = catch_unwind(AssertUnwindSafe(|| group.spread(b))).unwrap_err();
    assert_eq!(
        message(&*payload),
        "branches are started in the order of their slots, and `..b` is not the next"
    );
}

#[tokio::test]
async fn a_group_that_is_dropped_before_it_is_gathered_stops_its_branches() {
    let held = Arc::new(());
    let (group, hangs) = (
        Group::new(),
        branch("hangs()", {
            let held = Arc::clone(&held);
            async move {
                pending::<()>().await;
                drop(held);
            }
        }),
    );
    let mut group = group.slots::<_, ((),)>((hangs.slot(),));
    group.spawn(hangs);
    drop(group);
    while Arc::strong_count(&held) > 1 {
        tokio::task::yield_now().await;
    }
}
