//! Macros by example around each macro.

use gather::{Gather, gather, gather_settled, try_gather};
use tokio::runtime::Handle;

use crate::branches::{result, value};
use crate::shapes::Page;

macro_rules! all {
    ($($branch:expr),* $(,)?) => {
        gather!($($branch),*)
    };
}

macro_rules! all_limited {
    ($limit:expr, $on:expr; $($branch:expr),*) => {
        gather!(limit = $limit, on = $on; $($branch,)*)
    };
}

macro_rules! fallible {
    ($error:ty; $($branch:expr),*) => {
        try_gather!(error = $error; $($branch),*)
    };
}

macro_rules! settled {
    ($($branch:tt)*) => {
        gather_settled!($($branch)*)
    };
}

macro_rules! spread {
    ($iterator:expr, $make:path) => {
        gather!(..$iterator.map($make))
    };
}

macro_rules! page {
    ($page:ident { $($field:ident: $branch:expr),* $(, ..$base:expr)? }) => {
        gather!($page { $($field: $branch,)* $(..$base)? })
    };
}

macro_rules! here {
    ($($branch:expr),*) => {
        gather!(here; $($branch),*)
    };
}

macro_rules! on_tasks {
    ($tasks:expr; $($branch:expr),*) => {
        gather!(tasks = $tasks; $($branch),*)
    };
}

macro_rules! blocks {
    ($($block:block)*) => {
        all!($($block),*)
    };
}

macro_rules! three_times {
    ($function:ident($($argument:literal)*)) => {
        gather!([$($function($argument)),*])
    };
}

macro_rules! function {
    ($name:ident -> $value:ty { $($branch:tt)* }) => {
        /// Gathers the branches that were passed to the macro.
        pub fn $name() -> Gather<$value> {
            gather!($($branch)*)
        }
    };
}

function!(tuple -> (u8, Vec<u8>) { value(1), ..[value(2)] });
function!(array -> [u8; 2] { [value(1), value(2)] });
function!(limited -> (u8,) { limit = 1; value(1) });

/// Expressions as fragments.
pub async fn fragments(on: &Handle) -> u8 {
    let () = all!().await;
    let (one,) = all!(value(1_u8)).await;
    let (two, three) = all!(value(one + 1), async { 3_u8 },).await;
    let (four, spread) = all!(value(4_u8), ..[value(5_u8)]).await;
    let [six, seven] = all!([value(6_u8), value(7)]).await;
    let page = all!(Page {
        user: value(8),
        ..Page::default()
    })
    .await;
    let (nine,) = all_limited!(1 + 1, on; value(9_u8)).await;
    let (twelve, thirteen) = blocks!({ value(12_u8) } { async { 13_u8 } }).await;
    let local = String::from("local");
    let (fourteen, fifteen) = here!(value(14_u8), async { local.len() }).await;
    let (sixteen,) = on_tasks!(1 + 1; value(16_u8)).await;
    let ten = spread!([10_u8, 11].into_iter(), value).await;
    two + three
        + four
        + spread[0]
        + six
        + seven
        + page.user
        + nine
        + ten[0]
        + twelve
        + thirteen
        + fourteen
        + sixteen
        + u8::from(fifteen == 5)
}

/// Types, blocks and tokens as fragments.
pub fn others() -> Gather<Page> {
    let _fallible: Gather<Result<(u8, ()), ()>> = fallible!((); result(Ok(1)), result(Err(())));
    let _settled: Gather<_> = settled!(limit = 2; value(1_u8), ..[value(2_u8)]);
    let _three: Gather<[u8; 3]> = three_times!(value(1 2 3));
    let _page: Gather<Page> = page!(Page {
        user: value(1),
        posts: value(Vec::new()),
        theme: value(None)
    });
    page!(Page {
        user: value(1),
        ..Page::default()
    })
}

/// A handle where a future is required.
pub fn blocks(runtime: &tokio::runtime::Runtime, handle: Gather<(u8,)>) -> (u8,) {
    runtime.block_on(handle.into_future())
}
