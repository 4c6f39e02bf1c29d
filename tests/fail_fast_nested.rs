//! `try_gather!` with several types of errors, and one `try_gather!` inside another.

use std::future::{Pending, pending, ready};
use std::num::ParseIntError;

use gather::{gather, try_gather};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod probe;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
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
