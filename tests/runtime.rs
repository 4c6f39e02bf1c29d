//! Which runtime the branches run on, and what happens without one.

use std::convert::Infallible;
use std::future::ready;
use std::thread;
use std::time::Duration;

use gather::{Gather, Progress, gather, gather_settled, try_gather};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::sleep;

mod support {
    pub(crate) mod caught;
    pub(crate) mod message;
    pub(crate) mod probe;
}

use support::caught::caught;
use support::probe::{Probe, Seen};

type Outcome = Result<u8, ()>;

/// A runtime whose threads have this name.
fn runtime(name: &str) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).thread_name(name);
    builder.enable_time().build().unwrap()
}

/// A branch that returns the name of its thread.
async fn thread_name() -> Result<String, ()> {
    Ok(thread::current().name().unwrap().to_owned())
}

/// Without a runtime, every form of a call panics. The message names the macro and the fix, the
/// panic points to the call, and the branches' futures are dropped unpolled.
macro_rules! without_a_runtime {
    ($gather:ident, $name:literal) => {
        let probe = Probe::default();
        let branch = || probe.watch(ready(Outcome::Ok(1)));
        let panics = [
            caught(|| $gather!(branch(), branch())),
            caught(|| $gather!(branch(), ..[branch()])),
            caught(|| $gather!(..[branch(), branch()])),
            caught(|| $gather!([branch(), branch()])),
            caught(|| $gather!(limit = 1; branch(), branch())),
            caught(|| $gather!(limit = 1; ..[branch(), branch()])),
        ];
        for panic in panics {
            assert_eq!((panic.file.as_str(), panic.line), (file!(), line!()));
            let begins = concat!("`", $name, "` was called outside a tokio runtime");
            assert!(panic.message.starts_with(begins), "{}", panic.message);
            let mend = concat!("`", $name, "(on = handle; ..)`");
            assert!(panic.message.contains(mend), "{}", panic.message);
        }
        let Seen { watched, started, dropped } = probe.seen();
        assert_eq!((started, dropped), (0, watched));
    };
}

#[test]
fn gather_without_a_runtime_panics_at_the_call_and_starts_nothing() {
    without_a_runtime!(gather, "gather!");
}

#[test]
fn try_gather_without_a_runtime_panics_at_the_call_and_starts_nothing() {
    without_a_runtime!(try_gather, "try_gather!");
}

#[test]
fn gather_settled_without_a_runtime_panics_at_the_call_and_starts_nothing() {
    without_a_runtime!(gather_settled, "gather_settled!");
}

#[test]
fn without_a_runtime_the_panic_points_to_the_line_of_the_call() {
    let lines = [
        line!() + 1,
        caught(|| gather!(ready(1), ready(2))).line,
        line!() + 2,
        caught(|| {
            gather! {
                ready(1),
                ready(2),
            }
        })
        .line,
        line!() + 1,
        caught(|| gather!(limit = 2; ready(1), ready(2))).line,
    ];
    let [plain, first, block, second, limited, third] = lines;
    assert_eq!((first, second, third), (plain, block, limited));
}

#[test]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
fn without_a_runtime_an_iterator_is_not_pulled() {
    let mut pulled = 0;
    let futures = std::iter::from_fn(|| {
        pulled += 1;
        Some(ready(1))
    });
    caught(|| gather!(..futures));
    assert_eq!(pulled, 0);
}

#[test]
fn a_gather_of_nothing_is_finished_and_needs_no_runtime() {
    let gather: Gather<()> = gather!();
    assert!(gather.is_finished());
    assert_eq!(gather.progress().to_string(), "0/0");
    assert_eq!(gather.progress().total(), Some(0));
    assert_eq!(gather.progress().finished(), 0);
    gather.try_result().unwrap();

    let fallible: Gather<Result<(), Infallible>> = try_gather!();
    assert!(fallible.is_finished());
    fallible.try_result().unwrap().unwrap();

    let settled: Gather<()> = gather_settled!();
    assert!(settled.is_finished());
    settled.try_result().unwrap();

    let empty: Gather<[u8; 0]> = gather!([]);
    assert_eq!(empty.try_result().unwrap(), []);

    gather!().detach();
    drop(gather!());

    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        gather!().await;
        assert_eq!(try_gather!().await, Ok::<(), Infallible>(()));
        gather_settled!().await;
        assert_eq!(gather!().abort().await, Some(()));
        assert_eq!((&mut gather!()).await, ());
    });
}

#[test]
fn within_an_entered_runtime_branches_start_and_are_awaited_later() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let (all, fallible, settled) = {
        let _entered = runtime.enter();
        (
            gather!(ready(1), ready("a")),
            try_gather!(ready(Outcome::Ok(1))),
            gather_settled!(..[ready(1)]),
        )
    };
    assert!(
        !all.is_finished(),
        "nothing runs a current-thread runtime yet"
    );
    assert_eq!(runtime.block_on(all.into_future()), (1, "a"));
    assert_eq!(runtime.block_on(fallible.into_future()), Ok((1,)));
    let settled = runtime.block_on(settled.into_future());
    assert_eq!(settled.into_iter().map(Result::unwrap).sum::<i32>(), 1);
}

#[test]
fn on_starts_the_branches_of_a_plain_thread_on_the_runtime_given() {
    let runtime = runtime("branches");
    let (handle, reference) = (runtime.handle().clone(), runtime.handle());

    let all = gather!(on = handle; thread_name(), thread_name());
    let fallible = try_gather!(on = reference; ..[thread_name(), thread_name()]);
    let settled = gather_settled!(on = &reference.clone(), limit = 1; thread_name());

    let here = Builder::new_current_thread().build().unwrap();
    let named = || Ok("branches".to_owned());
    assert_eq!(here.block_on(all.into_future()), (named(), named()));
    let fallible = here.block_on(fallible.into_future());
    assert_eq!(fallible, Ok(vec!["branches".to_owned(); 2]));
    let (settled,) = here.block_on(settled.into_future());
    assert_eq!(settled.unwrap(), named());
}

#[test]
fn on_comes_before_the_runtime_that_the_call_is_made_in() {
    let (inner, outer) = (runtime("inner"), runtime("outer"));
    let names = outer.block_on(async {
        let gather = gather!(thread_name(), gather!(on = inner.handle(); thread_name()));
        gather.await
    });
    let thread = |name: &str| Ok(name.to_owned());
    assert_eq!(names, (thread("outer"), (thread("inner"),)));
}

#[test]
fn on_with_a_limit_keeps_to_that_runtime_for_the_branches_that_start_later() {
    let runtime = runtime("branches");
    let here = Builder::new_current_thread().build().unwrap();
    let gather = gather!(
        limit = 1, on = runtime.handle();
        thread_name(), ..(0..3).map(|_| thread_name()), thread_name()
    );
    let expected = || Ok("branches".to_owned());
    let (first, spread, last) = here.block_on(gather.into_future());
    assert_eq!((first, last), (expected(), expected()));
    assert_eq!(spread, vec![expected(); 3]);
}

#[test]
fn a_gather_of_nothing_with_options_is_finished_too() {
    let runtime = runtime("unused");
    let gather = gather!(on = runtime.handle(););
    assert!(gather.is_finished());
    gather.try_result().unwrap();
    let gather = gather!(on = runtime.handle(), limit = 3; ..Vec::<std::future::Ready<u8>>::new());
    assert!(gather.is_finished());
    assert_eq!(gather.progress(), gather!().progress());
    assert_eq!(gather.try_result().unwrap(), []);
    let _: Progress = gather!().progress();
}

#[test]
fn on_is_entered_while_the_expressions_are_evaluated() {
    let runtime = runtime("entered");
    let handle = runtime.handle();
    let millisecond = Duration::from_millis(1);
    // Outside a runtime, `sleep` panics.
    let tuple = gather!(on = handle; sleep(millisecond), ..[sleep(millisecond)]);
    runtime.block_on(tuple.into_future());
    let alone = gather!(on = handle; ..(0..2).map(|_| sleep(millisecond)));
    runtime.block_on(alone.into_future());
    let limited = gather!(limit = 1, on = handle; ..(0..2).map(move |_| sleep(millisecond)));
    runtime.block_on(limited.into_future());
    let nested = gather!(on = handle; gather!(thread_name(), sleep(millisecond)), ready(1));
    let ((name, ()), one) = runtime.block_on(nested.into_future());
    assert_eq!((name, one), (Ok(String::from("entered")), 1));
    assert!(Handle::try_current().is_err(), "it has been left");

    let left = (|| -> Option<()> {
        drop(gather!(on = handle; sleep(millisecond), ready(None::<u8>?)));
        Some(())
    })();
    assert!(left.is_none() && Handle::try_current().is_err());
}

#[test]
fn on_beside_an_await_in_a_branch_expression_keeps_the_caller_send() {
    async fn name() -> Result<String, ()> {
        thread_name().await
    }
    let (here, there) = (runtime("here"), runtime("there"));
    let handle = there.handle().clone();
    let gather = here.spawn(async move {
        let awaited = gather!(on = &handle; ready(name().await), thread_name()).await;
        // These `.await`s are inside the branches, and do not keep the runtime from being entered.
        let own = gather!(on = &handle; async { name().await }, gather!(thread_name())).await;
        (awaited, own)
    });
    let (awaited, own) = here.block_on(gather).unwrap();
    let [here, there] = ["here", "there"].map(|name| Ok(String::from(name)));
    assert_eq!(awaited, (here, there.clone()));
    assert_eq!(own, (there.clone(), (there,)));
}
