//! A group that is written by hand, as an expansion is.

use std::future::{IntoFuture, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gather_core::{Gather, Group, branch, lazy_spread, spread};

#[tokio::test]
async fn tuples_nest_in_any_form() {
    let branches = (
        (branch("a()", async { 1 }), spread("..b", [async { "b" }])),
        branch("c()", async { 3.0 }),
    );
    let gather: Gather<((i32, Vec<&str>), f64)> = Group::new().spawn(branches, |results| results);
    assert_eq!(gather.await, ((1, vec!["b"]), 3.0));
}

#[tokio::test]
async fn a_branch_needs_no_tuple() {
    let gather = Group::new().spawn(branch("a()", async { 1 }), |a| a);
    assert_eq!(gather.await, 1);
    let gather = Group::new()
        .limit(1)
        .spawn(lazy_spread("..a", [async { 1 }]), |a| a);
    assert_eq!(gather.await, [1]);
}

#[tokio::test]
async fn a_panic_while_branches_are_started_stops_those_that_were() {
    let held = Arc::new(());
    let hangs = {
        let held = Arc::clone(&held);
        async move {
            pending::<()>().await;
            drop(held);
        }
    };
    let broken = (0..3).map(|_| -> std::future::Ready<()> { panic!("the iterator is broken") });
    let branches = (branch("hangs()", hangs), spread("..broken", broken));
    let started = catch_unwind(AssertUnwindSafe(|| {
        Group::new().spawn(branches, |results| results)
    }));
    assert_eq!(
        started.unwrap_err().downcast_ref(),
        Some(&"the iterator is broken")
    );
    while Arc::strong_count(&held) > 1 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_runtime_may_be_given_behind_a_limit_and_a_number_of_tasks() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let on = runtime.handle();
    let one = || [async { 1 }];
    let gathers: [Gather<Vec<i32>>; 3] = [
        Group::new()
            .limit(1)
            .on(on)
            .spawn(lazy_spread("..one", one()), |one| one),
        Group::new()
            .tasks(1)
            .on(on)
            .spawn(spread("..one", one()), |one| one),
        Group::new()
            .tasks(1)
            .limit(1)
            .on(on)
            .spawn(lazy_spread("..one", one()), |one| one),
    ];
    for gather in gathers {
        assert_eq!(runtime.block_on(gather.into_future()), [1]);
    }
}
