//! What compiles, and without a warning.

#![deny(warnings)]

use std::future::{Ready, ready};
use std::io;
use std::num::ParseIntError;
use std::time::Duration;

use gather::{BranchError, Gather, gather, gather_settled, try_gather};
use tokio::runtime::Handle;
use tokio::time::timeout;

async fn user(id: u32) -> String {
    format!("user {id}")
}

async fn orders(id: u32) -> Vec<u32> {
    vec![id]
}

async fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

async fn read() -> io::Result<u32> {
    Ok(7)
}

#[derive(Debug, Default, PartialEq)]
struct Page {
    user: String,
    orders: Vec<u32>,
    hits: u64,
}

#[derive(Debug, PartialEq)]
struct Pair(String, Vec<u32>);

#[derive(Debug)]
struct AppError;

impl From<io::Error> for AppError {
    fn from(_: io::Error) -> Self {
        AppError
    }
}

impl From<ParseIntError> for AppError {
    fn from(_: ParseIntError) -> Self {
        AppError
    }
}

async fn trailing_commas() {
    assert_eq!(gather!(user(7),).await.0, "user 7");
    let _: (String, Vec<u32>) = gather!(user(7), orders(7),).await;
    let _: Vec<String> = gather!(..(0..3).map(user),).await;
    let _: Vec<String> = gather!(..(0..3).map(async |id| user(id).await),).await;
    let _: [String; 2] = gather!([user(7), user(8),],).await;
    let _: [String; 0] = gather!([]).await;
    let _: (String,) = gather!(limit = 1,; user(7),).await;
    let _: Page = gather!(Page {
        user: user(7),
        orders: orders(7),
        hits: ready(1),
    },)
    .await;
    let _: () = gather!().await;
}

async fn shapes() {
    let user_8 = user(8);
    let hits = async { 1 };
    let _: ((String, Vec<u32>), String) = gather!(gather!(user(7), orders(7)), user_8).await;
    let _: Page = gather!(Page {
        user: user(7),
        hits,
        ..Page::default()
    })
    .await;
    let _: Page = gather!(Page {
        orders: ..(0..3).map(|id| async move { id }),
        ..Page::default()
    })
    .await;
    let _: Pair = gather!(Pair {
        0: user(7),
        1: orders(7)
    })
    .await;
    let _: Pair = gather!(Pair(user(7), orders(7))).await;
    let _: (String, Vec<String>, Vec<u32>) = gather!(user(7), ..[user(8)], orders(7)).await;
    let _: (u8, u8) = gather!(async { 1 }, {
        let two = 2;
        async move { two }
    })
    .await;
}

async fn waiting() {
    let mut page = gather!(user(7), orders(7));
    let _: (String, Vec<u32>) = (&mut page).await;

    let mut page = gather!(user(7), orders(7));
    if timeout(Duration::from_secs(60), &mut page).await.is_err() {
        let _: Result<(String, Vec<u32>), _> = timeout(Duration::from_secs(60), page).await;
    }

    let (one, other) = tokio::join!(gather!(user(7)), gather!(user(8), orders(8)));
    assert_ne!(one.0, other.0);

    let mut page = gather!(user(7));
    tokio::select! {
        (user,) = &mut page => drop(user),
        (user,) = gather!(user(8)) => drop(user),
    }

    let task = tokio::spawn(gather!(user(7)).into_future());
    assert_eq!(task.await.unwrap().0, "user 7");
    let task = tokio::spawn(async { gather!(user(7)).await });
    assert_eq!(task.await.unwrap().0, "user 7");

    let page = gather!(user(7));
    let _ = (page.is_finished(), page.progress().finished());
    if let Err(page) = page.try_result() {
        let _: Option<(String,)> = page.abort().await;
    }
    gather!(user(7)).detach();
    let _ = gather!(user(7));
}

async fn question_mark_inside_of_a_branch() -> Result<(), ParseIntError> {
    let first = "7";
    let (user, orders) = gather!(user(first.parse()?), async {
        Ok::<_, ParseIntError>(orders("7".parse()?).await)
    })
    .await;
    assert_eq!((user.as_str(), orders?), ("user 7", vec![7]));
    Ok(())
}

async fn errors() -> Result<(), AppError> {
    let (one, other) = try_gather!(parse("7"), parse("8")).await?;
    assert_ne!(one, other);
    let (one, other) = try_gather!(error = AppError; parse("7"), read()).await?;
    assert_eq!(one, other);
    let (one, other) = try_gather!(parse("7"), async { Ok(7) }).await?;
    assert_eq!(one, other);
    let all: Vec<u32> = try_gather!(limit = 2; ..["7", "8"].map(parse)).await?;
    assert_eq!(all, [7, 8]);
    let () = try_gather!(error = AppError;).await?;

    let nested = try_gather!(try_gather!(parse("7"), parse("8")), parse("9"));
    let _: ((u32, u32), u32) = nested.await?;

    let settled = gather_settled!(user(7), ..[parse("7")]).await;
    let _: (
        Result<String, BranchError>,
        Vec<Result<Result<u32, _>, BranchError>>,
    ) = settled;
    Ok(())
}

/// An option that a macro was given as one expression.
macro_rules! with {
    ($option:expr; $($branch:expr),*) => {
        gather!($option; $($branch),*)
    };
}

async fn options() {
    assert_eq!(with!(limit = 2; async { 1 }, async { "a" }).await, (1, "a"));
    let handle = Handle::current();
    let limit = 2;
    let _ = gather!(limit = limit; user(7), orders(7)).await;
    let _ = gather!(on = &handle; user(7)).await;
    let _ = gather!(limit = limit * 2, on = handle; user(7), ..(0..3).map(user)).await;
}

fn with_orders<F>(user: F) -> Gather<(F::Output, Vec<u32>)>
where
    F: Future<Output: Send> + Send + 'static,
{
    gather!(user, orders(7))
}

fn all<I>(users: I) -> Gather<Vec<<I::Item as IntoFuture>::Output>>
where
    I: IntoIterator<Item: IntoFuture<Output: Send + 'static, IntoFuture: Send + 'static>>,
{
    gather!(..users)
}

fn lazy<I, F>(users: I) -> Gather<Result<Vec<u32>, ParseIntError>>
where
    I: Iterator<Item = F> + Send + 'static,
    F: Future<Output = Result<u32, ParseIntError>> + Send + 'static,
{
    try_gather!(limit = 2; ..users)
}

async fn generic_functions() {
    let _: (String, Vec<u32>) = with_orders(user(7)).await;
    let _: Vec<String> = all((0..3).map(user)).await;
    assert_eq!(lazy(["7"].into_iter().map(parse)).await.unwrap(), [7]);
}

async fn outputs_of_all_kinds() {
    let (future, function, boxed) = gather!(async { ready(7) }, async { |n: u32| n + 1 }, async {
        Box::new(|n: u32| n + 2) as Box<dyn Fn(u32) -> u32 + Send>
    },)
    .await;
    let future: Ready<u32> = future;
    let seven = future.await;
    assert_eq!((function(seven), boxed(seven)), (8, 9));
}

#[tokio::main]
async fn main() {
    trailing_commas().await;
    shapes().await;
    waiting().await;
    question_mark_inside_of_a_branch().await.unwrap();
    errors().await.unwrap();
    options().await;
    generic_functions().await;
    outputs_of_all_kinds().await;
}
