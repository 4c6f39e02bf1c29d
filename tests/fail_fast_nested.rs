//! `try_gather!` with several types of errors, and one `try_gather!` inside another, in every pair of
//! places.

use std::future::{Pending, pending, ready};
use std::num::ParseIntError;
use std::panic::panic_any;
use std::pin::Pin;
use std::time::Duration;

use gather::{gather, try_gather};
use tokio::time::timeout;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod places;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::places::in_each_place;
use support::probe::Probe;
use support::until::until;

type Outcome = Result<usize, &'static str>;

#[derive(Debug, PartialEq)]
enum AppError {
    Parse(ParseIntError),
    Text(&'static str),
}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> Self {
        AppError::Parse(error)
    }
}

impl From<&'static str> for AppError {
    fn from(error: &'static str) -> Self {
        AppError::Text(error)
    }
}

#[test]
fn error_converts_what_each_branch_fails_with() {
    async fn parse(text: &str) -> Result<u8, ParseIntError> {
        text.parse()
    }
    async fn text(error: Option<&'static str>) -> Result<(), &'static str> {
        error.map_or(Ok(()), Err)
    }
    type Boxed = Box<dyn std::error::Error + Send + Sync>;
    async fn app() -> Result<u8, AppError> {
        Ok(3)
    }
    on_both_flavours(|| async {
        let gather = try_gather!(error = AppError; parse("1"), text(None), ..[parse("2")], app());
        assert_eq!(gather.await, Ok((1, (), vec![2], 3)));

        let gather = try_gather!(error = AppError; parse("x"), text(None), app());
        assert!(matches!(gather.await, Err(AppError::Parse(_))));

        let gather = try_gather!(error = AppError, limit = 1; app(), text(Some("no")), parse("1"));
        assert_eq!(gather.await, Err(AppError::Text("no")));

        let gather = try_gather!(error = Boxed; parse("x"), text(None));
        assert_eq!(
            gather.await.unwrap_err().to_string(),
            "invalid digit found in string"
        );
    });
}

#[test]
fn a_failure_inside_goes_out_through_the_nesting_and_stops_what_is_outside() {
    on_both_flavours(|| async {
        for by_question_mark in [true, false] {
            let probe = Probe::default();
            let endless = || probe.watch(pending::<Outcome>());
            let inner = try_gather!(endless(), ready(Outcome::Err("inner")));
            let gather = if by_question_mark {
                try_gather!(endless(), async move {
                    let values = inner.await?;
                    Ok(values)
                })
            } else {
                try_gather!(endless(), inner)
            };
            assert_eq!(gather.await, Err("inner"));
            assert_eq!(probe.seen().dropped, 2);
        }
    });
}

#[test]
fn a_failure_outside_goes_in_through_the_nesting_and_stops_what_is_inside() {
    on_both_flavours(|| async {
        let probe = Probe::default();
        let endless = || -> support::probe::Watched<Pending<Outcome>> { probe.watch(pending()) };
        let gather = try_gather!(
            try_gather!(endless(), try_gather!(endless())),
            try_gather!(limit = 1; endless(), endless()),
            ready(Outcome::Err("outer")),
            async move { Ok(gather!(pending::<()>()).await) },
        );
        assert_eq!(gather.await, Err("outer"));
        until(|| probe.seen().dropped == 4).await;
    });
}

type Branch = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Runs two branches in one place, as one branch.
type Place = fn(Branch, Branch) -> Branch;

fn places() -> Vec<Place> {
    let mut places = Vec::<Place>::new();
    macro_rules! test {
        ($($place:tt)*) => {
            places.push(|first, second| {
                Box::pin(async {
                    let (first, second) = try_gather!($($place)* first, second).await?;
                    Ok(first + second)
                })
            });
        };
    }
    in_each_place!(test);
    places
}

/// Runs the test with each place as the outer and as the inner one.
fn in_every_pair_of_places(test: impl AsyncFn(Place, Place)) {
    on_both_flavours(async || {
        for outer in places() {
            for inner in places() {
                test(outer, inner).await;
            }
        }
    });
}

fn hangs(probe: &Probe) -> Branch {
    Box::pin(probe.watch(pending()))
}

/// Ends once that many of the branches that the probe watches have begun.
fn ends_behind(begun: usize, probe: &Probe, ends: fn() -> Outcome) -> Branch {
    let probe = probe.clone();
    Box::pin(async move {
        until(|| probe.seen().started == begun).await;
        ends()
    })
}

/// What a task ends in that awaits the branch: its output, or what its panic carries.
async fn ends_in(branch: Branch) -> Result<Outcome, &'static str> {
    let joined = tokio::spawn(branch).await;
    joined.map_err(|error| *error.into_panic().downcast().unwrap())
}

/// How a branch fails, and what that ends in.
type Failure = (fn() -> Outcome, Result<Outcome, &'static str>);

const FAILURES: [Failure; 2] = [
    (|| Err("an error"), Ok(Err("an error"))),
    (|| panic_any("a panic"), Err("a panic")),
];

#[test]
fn in_every_pair_of_places_values_go_out_through_the_nesting() {
    in_every_pair_of_places(async |outer, inner| {
        let value = |value| Box::pin(ready(Outcome::Ok(value)));
        assert_eq!(outer(value(1), inner(value(2), value(4))).await, Ok(7));
    });
}

#[test]
fn in_every_pair_of_places_an_error_or_a_panic_inside_stops_every_sibling_on_its_way_out() {
    in_every_pair_of_places(async |outer, inner| {
        for (fails, failure) in FAILURES {
            let probe = Probe::default();
            let fails = ends_behind(2, &probe, fails);
            let nested = outer(hangs(&probe), inner(hangs(&probe), fails));
            assert_eq!(ends_in(nested).await, failure);
            assert_eq!(probe.seen().dropped, 2);
        }
    });
}

#[test]
fn in_every_pair_of_places_an_error_or_a_panic_outside_stops_what_is_inside() {
    in_every_pair_of_places(async |outer, inner| {
        for (fails, failure) in FAILURES {
            let probe = Probe::default();
            let fails = ends_behind(2, &probe, fails);
            let nested = outer(inner(hangs(&probe), hangs(&probe)), fails);
            assert_eq!(ends_in(nested).await, failure);
            until(|| probe.seen().dropped == 2).await;
        }
    });
}

#[test]
fn in_every_pair_of_places_a_drop_or_a_timeout_outside_stops_what_is_inside() {
    in_every_pair_of_places(async |outer, inner| {
        for is_timeout in [false, true] {
            let probe = Probe::default();
            let mut nested = outer(hangs(&probe), inner(hangs(&probe), hangs(&probe)));
            tokio::select! {
                _ = &mut nested => unreachable!("its branches never end"),
                () = until(|| probe.seen().started == 3) => {}
            }
            if is_timeout {
                timeout(Duration::from_millis(1), nested).await.unwrap_err();
            } else {
                drop(nested);
            }
            until(|| probe.seen().dropped == 3).await;
        }
    });
}

#[test]
fn in_every_pair_of_places_an_abort_outside_stops_what_is_inside() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                for inner in places() {
                    let probe = Probe::default();
                    let nested = inner(hangs(&probe), hangs(&probe));
                    let gather = try_gather!($($place)* hangs(&probe), nested);
                    until(|| probe.seen().started == 3).await;
                    assert_eq!(gather.abort().await, None);
                    until(|| probe.seen().dropped == 3).await;
                }
            });
        };
    }
    in_the_background!(test);
}
