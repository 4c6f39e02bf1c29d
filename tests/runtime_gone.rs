//! A runtime that shuts down under a gather causes no hang and no crash, and
//! counts as nobody's panic.

use std::future::{Ready, pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex};

use gather::{Gather, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::{Builder, Runtime};

mod support {
    pub(crate) mod background;
    pub(crate) mod message;
    pub(crate) mod panic_of;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::panic_of::panic_of;
use support::probe::Probe;
use support::until::until;

type Outcome = Result<u8, &'static str>;

/// A runtime of each flavour, to shut down.
fn runtimes() -> [Runtime; 2] {
    [
        Builder::new_current_thread().build().unwrap(),
        Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap(),
    ]
}

/// The runtime that awaits.
fn here() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

async fn fetch(endless: bool) -> Outcome {
    if endless { pending().await } else { Ok(1) }
}

/// Shuts the runtime down when `finished` branches have ended, and returns the message of the panic
/// of awaiting.
fn shut_down<T: Send + 'static>(finished: usize, start: impl Fn() -> Gather<T>) -> [String; 2] {
    runtimes().map(|runtime| {
        let gather = runtime.block_on(async {
            let gather = start();
            until(|| gather.progress().finished() == finished).await;
            gather
        });
        drop(runtime);
        assert!(gather.is_finished());
        here().block_on(panic_of(gather))
    })
}

#[test]
fn awaiting_panics_and_names_the_branch_and_the_cause() {
    let says = |name: &str, branch: &str| {
        let message = format!("{name}: {branch} was cancelled because its runtime shut down");
        [message.clone(), message]
    };
    let panics = shut_down(2, || gather!(fetch(false), fetch(true), ready(1)));
    assert_eq!(panics, says("gather!", "branch 1, `fetch(true)`,"));

    let panics = shut_down(2, || {
        try_gather!(fetch(true), ..[fetch(false), fetch(false)])
    });
    assert_eq!(panics, says("try_gather!", "branch 0, `fetch(true)`,"));

    let panics = shut_down(2, || {
        try_gather!(fetch(false), ..[fetch(false), fetch(true)])
    });
    assert_eq!(
        panics,
        says("try_gather!", "item 1 of `..[fetch(false), fetch(true)]`")
    );

    let panics = shut_down(1, || gather!([fetch(false), fetch(true)]));
    assert_eq!(panics, says("gather!", "branch 1, `fetch(true)`,"));

    let panics = shut_down(1, || {
        gather!(Page {
            user: fetch(false),
            orders: fetch(true)
        })
    });
    assert_eq!(panics, says("gather!", "branch 1, `orders`,"));
}

#[expect(dead_code, reason = "it is never finished")]
struct Page {
    user: Outcome,
    orders: Outcome,
}

#[test]
fn with_a_limit_awaiting_panics_too_whether_the_branch_was_running_or_queued() {
    let says = |branch: &str| {
        let message = format!("gather!: {branch} was cancelled because its runtime shut down");
        [message.clone(), message]
    };
    let panics = shut_down(
        1,
        || gather!(limit = 1; fetch(false), fetch(true), ready(1)),
    );
    assert_eq!(panics, says("branch 1, `fetch(true)`,"));
    let panics = shut_down(
        1,
        || gather!(limit = 2; fetch(false), endless(), endless(), ready(1)),
    );
    assert_eq!(panics, says("branch 1, `endless()`,"));
    let panics = shut_down(3, || gather!(limit = 2; ..(0..9).map(|n| fetch(n > 2))));
    assert_eq!(panics, says("item 3 of `..(0..9).map(|n| fetch(n > 2))`"));
}

fn endless() -> std::future::Pending<u8> {
    pending()
}

#[test]
fn try_result_and_abort_see_a_runtime_that_is_gone_as_well() {
    for runtime in runtimes() {
        let (gather, other) = runtime.block_on(async { (gather!(endless()), gather!(endless())) });
        drop(runtime);
        let result = std::thread::spawn(|| gather.try_result().map(drop).is_ok()).join();
        assert!(result.is_err(), "`try_result` gave a result or a handle");
        assert!(here().block_on(other.abort()).is_none());
    }
}

#[test]
fn settled_gives_what_ended_and_tells_of_the_rest_that_it_was_cancelled() {
    for endless in 0..3 {
        for runtime in runtimes() {
            let gather = runtime.block_on(async {
                let gather = gather_settled!(
                    fetch(endless == 0),
                    ..[fetch(endless == 1)],
                    fetch(endless == 2)
                );
                until(|| gather.progress().finished() == 2).await;
                gather
            });
            drop(runtime);
            let (a, mut b, c) = here().block_on(gather.into_future());
            for (index, outcome) in [a, b.remove(0), c].into_iter().enumerate() {
                let outcome = outcome.map_err(|error| error.is_cancelled());
                assert_eq!(
                    outcome,
                    if index == endless {
                        Err(true)
                    } else {
                        Ok(Ok(1))
                    }
                );
            }
        }
    }
}

#[test]
fn a_task_that_waits_on_another_runtime_is_woken() {
    for runtime in runtimes() {
        let gather = runtime.block_on(async { gather!(endless(), ready(1)) });
        let here = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let waits = here.spawn(async { panic_of(gather).await });
        drop(runtime);
        let message = here.block_on(waits).unwrap();
        assert!(
            message.ends_with("because its runtime shut down"),
            "{message}"
        );
    }
}

#[test]
fn a_live_handle_outlives_its_runtime_and_is_dropped_or_detached_in_peace() {
    for runtime in runtimes() {
        let probe = Probe::default();
        let branch = || probe.watch(pending::<Outcome>());
        let (first, second, limited) = runtime.block_on(async {
            (
                gather!(branch(), branch()),
                try_gather!(branch()),
                gather_settled!(limit = 1; branch(), branch()),
            )
        });
        drop(runtime);
        assert_eq!(probe.seen().dropped, 5);
        drop(first);
        second.detach();
        drop(limited);
    }
}

#[test]
fn a_handle_held_by_a_task_of_the_same_runtime_goes_down_with_it() {
    for runtime in runtimes() {
        let probe = Probe::default();
        let branch = || probe.watch(pending::<Outcome>());
        runtime.block_on(async {
            let gather = gather!(branch(), gather!(branch(), branch()));
            tokio::spawn(gather.into_future());
            tokio::task::yield_now().await;
        });
        drop(runtime);
        assert_eq!(probe.seen().dropped, 3);
    }
}

#[test]
fn branches_started_on_a_runtime_that_is_gone_are_cancelled_at_once() {
    for runtime in runtimes() {
        let handle = runtime.handle().clone();
        drop(runtime);
        let probe = Probe::default();
        let branch = || -> support::probe::Watched<Ready<Outcome>> { probe.watch(ready(Ok(1))) };
        let all = gather!(on = &handle; branch(), ..[branch()]);
        let limited = gather!(on = &handle, limit = 1; branch(), ..[branch(), branch()]);
        let settled = gather_settled!(on = &handle; branch());
        assert!(all.is_finished() && limited.is_finished() && settled.is_finished());
        for gather in [
            here().block_on(panic_of(all)),
            here().block_on(panic_of(limited)),
        ] {
            assert!(
                gather.ends_with("was cancelled because its runtime shut down"),
                "{gather}"
            );
        }
        let (settled,) = here().block_on(settled.into_future());
        assert!(settled.unwrap_err().is_cancelled());
        assert_eq!(probe.seen().started, 0);
        assert_eq!(probe.seen().dropped, probe.seen().watched);
    }
}

#[test]
fn a_branch_that_panics_when_its_runtime_drops_it_has_panicked() {
    struct PanicsInDrop;
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    for runtime in runtimes() {
        let begun = Arc::new(Mutex::new(false));
        let gather = runtime.block_on(async {
            let has_begun = Arc::clone(&begun);
            let gather = gather!(async move {
                let _guard = PanicsInDrop;
                *has_begun.lock().unwrap() = true;
                pending::<()>().await;
            });
            until(|| *begun.lock().unwrap()).await;
            gather
        });
        drop(runtime);
        assert_eq!(here().block_on(panic_of(gather)), "in drop");
    }
}

#[test]
fn a_runtime_that_is_dropped_by_somebody_who_unwinds_has_shut_down_and_nothing_has_panicked() {
    macro_rules! test {
        ($($options:tt)*) => {
            for runtime in runtimes() {
                let guard = runtime.enter();
                let gather = gather!($($options)* endless(), endless());
                let tried = try_gather!($($options)* fetch(true), ..[fetch(true)]);
                let each = gather_each!($($options)* endless(), ..[endless()]);
                drop(guard);
                let unwound = catch_unwind(AssertUnwindSafe(move || {
                    let _runtime = runtime;
                    panic_any("the caller");
                }));
                assert_eq!(unwound.unwrap_err().downcast_ref(), Some(&"the caller"));
                here().block_on(async {
                    assert_eq!(gather.abort().await, None);
                    assert_eq!(tried.abort().await, None);
                    assert_eq!(each.abort().await, []);
                });
            }
        };
    }
    in_the_background!(test);
}
