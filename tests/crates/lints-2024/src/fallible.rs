//! `try_gather!` in every shape.

use std::convert::Infallible;
use std::num::ParseIntError;

use gather::{BranchError, Gather, gather, try_gather};
use tokio::runtime::Handle;

use crate::branches::{result, value};
use crate::shapes::Page;

/// Either of two errors.
#[derive(Clone, Debug)]
pub enum Error {
    /// From one kind of branch.
    Parse(ParseIntError),
    /// From another.
    Missing(()),
}

impl From<ParseIntError> for Error {
    fn from(error: ParseIntError) -> Self {
        Self::Parse(error)
    }
}

impl From<()> for Error {
    fn from(missing: ()) -> Self {
        Self::Missing(missing)
    }
}

impl From<BranchError> for Error {
    fn from(_: BranchError) -> Self {
        Self::Missing(())
    }
}

async fn parse(text: &'static str) -> Result<u8, ParseIntError> {
    value(text).await.parse()
}

/// Tuples, and the results of awaiting them.
///
/// # Errors
///
/// If a text is not a number.
pub async fn tuples() -> Result<u8, ParseIntError> {
    let () = try_gather!()
        .await
        .unwrap_or_else(|never: Infallible| match never {});
    let (one,) = try_gather!(parse("1")).await?;
    let (two, again) = try_gather!(parse("2"), async move { Ok(one) },).await?;
    let all = try_gather!(parse("3"), ..["4", "5"].map(parse), parse("6")).await?;
    Ok(one + two + again + all.0 + all.2)
}

/// All other shapes.
pub fn shapes(page: Page) -> Gather<Result<Page, ParseIntError>> {
    let _vec: Gather<Result<Vec<u8>, ParseIntError>> = try_gather!(..["1", "2"].map(parse));
    let _none: Gather<Result<[u8; 0], ()>> = try_gather!([]);
    let _array: Gather<Result<[u8; 2], ParseIntError>> = try_gather!([parse("1"), parse("2")]);
    let _empty: Gather<Result<crate::shapes::Empty, ()>> = try_gather!(crate::shapes::Empty {});
    let user = parse("1");
    try_gather!(Page {
        user,
        posts: ..[result(Ok(1))],
        ..page
    })
}

/// Every option, and a nest of them.
pub fn options(limit: usize, on: &Handle) -> Gather<Result<(u8, Vec<()>, (u8,)), Error>> {
    let _one: Gather<Result<(u8,), ParseIntError>> = try_gather!(limit = 1; parse("1"));
    let _into: Gather<Result<[u8; 1], Error>> = try_gather!(error = Error; [parse("1")]);
    let _caught: Gather<Result<(u8,), Error>> = try_gather!(catch, error = Error; parse("1"));
    let _caught_in_places: Gather<Result<Vec<u8>, Error>> =
        try_gather!(limit = 1, tasks = 1, catch, error = Error; ..["1", "2"].map(parse));
    let _tasks: Gather<Result<Vec<u8>, Error>> =
        try_gather!(tasks = 2, error = Error; ..["1", "2"].map(parse));
    try_gather!(
        limit = limit, on = on, error = Error;
        parse("1"),
        ..[result(Err(()))],
        try_gather!(error = Error; parse("2")),
    )
}

/// A gather that fails with an error of any kind.
///
/// # Errors
///
/// If a text is not a number.
pub async fn any() -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    type Any = Box<dyn std::error::Error + Send + Sync>;
    let (one, two) = try_gather!(error = Any; parse("1"), parse("2")).await?;
    let (three, four) = gather!(parse("3"), parse("4")).await;
    let _here = try_gather!(here, catch, error = Any; parse("5")).await?;
    Ok(one + two + three? + four?)
}
