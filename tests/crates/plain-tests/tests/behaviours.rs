//! The behaviour tests, on the second implementation.

#![expect(
    clippy::duplicate_mod,
    reason = "each file has what it needs of `support`, as it is a module of another crate too"
)]

// A macro of the tests' names another one by this path.
mod support {
    pub(crate) use super::background;
}

#[path = "../../../abort.rs"]
mod abort;
#[path = "../../../support/background.rs"]
mod background;
#[path = "../../../base.rs"]
mod base;
#[path = "../../../blocking.rs"]
mod blocking;
#[path = "../../../branches.rs"]
mod branches;
#[path = "../../../catch.rs"]
mod catch;
#[path = "../../../contained.rs"]
mod contained;
#[path = "../../../double_panics.rs"]
mod double_panics;
#[path = "../../../drop_code.rs"]
mod drop_code;
#[path = "../../../drops.rs"]
mod drops;
#[path = "../../../each.rs"]
mod each;
#[path = "../../../each_limit.rs"]
mod each_limit;
#[path = "../../../each_loops.rs"]
mod each_loops;
#[path = "../../../each_panics.rs"]
mod each_panics;
#[path = "../../../elsewhere.rs"]
mod elsewhere;
#[path = "../../../error_text.rs"]
mod error_text;
#[path = "../../../fail_fast.rs"]
mod fail_fast;
#[path = "../../../fail_fast_nested.rs"]
mod fail_fast_nested;
#[path = "../../../handle.rs"]
mod handle;
#[path = "../../../handle_kept.rs"]
mod handle_kept;
#[path = "../../../iterator_panics.rs"]
mod iterator_panics;
#[path = "../../../joins.rs"]
mod joins;
#[path = "../../../keyed.rs"]
mod keyed;
#[path = "../../../lazy_pull.rs"]
mod lazy_pull;
#[path = "../../../leaving.rs"]
mod leaving;
#[path = "../../../lengths.rs"]
mod lengths;
#[path = "../../../limit.rs"]
mod limit;
#[path = "../../../limit_end.rs"]
mod limit_end;
#[path = "../../../many_panics.rs"]
mod many_panics;
#[path = "../../../panicking.rs"]
mod panicking;
#[path = "../../../panics.rs"]
mod panics;
#[path = "../../../poll_by_hand.rs"]
mod poll_by_hand;
#[path = "../../../progress.rs"]
mod progress;
#[path = "../../../reentrant.rs"]
mod reentrant;
#[path = "../../../runtime.rs"]
mod runtime;
#[path = "../../../runtime_gone.rs"]
mod runtime_gone;
#[path = "../../../settled.rs"]
mod settled;
#[path = "../../../shapes.rs"]
mod shapes;
#[path = "../../../shut_down.rs"]
mod shut_down;
#[path = "../../../start.rs"]
mod start;
#[path = "../../../tasks.rs"]
mod tasks;
#[path = "../../../users_code.rs"]
mod users_code;
#[path = "../../../waiting.rs"]
mod waiting;
