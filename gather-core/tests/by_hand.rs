//! A group that is written by hand, as an expansion is.

use std::fmt;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gather_core::{All, Gather, Group, Unordered, branch, each, here, lazy_spread, spread};

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

/// Whether it is printed with the word.
fn prints(printed: impl fmt::Debug, word: &str) {
    let printed = format!("{printed:?}");
    assert!(printed.contains(word), "{printed} without {word}");
}

#[tokio::test]
async fn what_is_not_started_prints_its_name_and_a_group_its_macro() {
    prints(branch::<_, _, _, _, All, _, _, _>("a()", ready(1)), "a()");
    prints(
        spread::<_, _, _, _, _, All, _, _, _, _, _, _, _>("..b", [ready(1)]),
        "..b",
    );
    prints(
        lazy_spread::<_, _, _, _, _, All, _, _, _, _, _, _, _>("..c", [ready(1)]),
        "..c",
    );
    prints(
        each::branch::<_, _, _, Unordered<u8>, _, _, _>("d()", ready(1)),
        "d()",
    );
    prints(
        each::spread::<_, _, _, _, Unordered<u8>, _, _, _, _, _, _, _>("..e", [ready(1)]),
        "..e",
    );
    prints(
        each::lazy_spread::<_, _, _, _, Unordered<u8>, _, _, _, _, _, _, _>("..f", [ready(1)]),
        "..f",
    );
    prints(here::branch::<_, _, _, All, _, _>("g()", ready(1)), "g()");
    prints(
        here::spread::<_, _, _, _, All, _, _, _, _>("..h", [ready(1)]),
        "..h",
    );
    prints(
        each::here::branch::<_, _, Unordered<u8>, _, _>("i()", ready(1)),
        "i()",
    );
    prints(
        each::here::spread::<_, _, _, Unordered<u8>, _, _, _, _>("..j", [ready(1)]),
        "..j",
    );

    prints(Group::new(), "gather!");
    prints(Group::settled().limit(1), "gather_settled!");
    prints(Group::fail_fast::<()>().tasks(1), "try_gather!");
    prints(Group::each::<u8>().tasks(1).limit(1), "gather_each!");
    prints(here::Group::new(), "gather!");
    prints(here::Group::settled().limit(1), "gather_settled!");

    let all = here::Group::new().join((here::branch("a()", ready(1)),), |results| results);
    prints(&all, "gather!");
    assert_eq!(all.await, (1,));
    let each = Group::each().start((each::branch("a()", ready(1)),));
    prints(each.abort(), "Each");
    let each = here::Group::each().stream((each::here::branch("a()", ready(1)),));
    prints(each, "Each");
}
