//! `gather_settled!` in every shape.

use gather::{BranchError, Gather, gather_settled};
use tokio::runtime::Handle;

use crate::branches::{result, value};

/// The outcome of each branch.
#[derive(Debug)]
pub struct Outcomes {
    /// From a branch.
    pub user: Result<u8, BranchError>,
    /// From a spread.
    pub posts: Vec<Result<u16, BranchError>>,
    /// From neither.
    pub theme: Option<u32>,
}

/// Tuples.
pub async fn tuples() -> usize {
    let () = gather_settled!().await;
    let (one,) = gather_settled!(value(1)).await;
    let (two, nested) = gather_settled!(result(Err::<(), _>(2)), gather_settled!(value(3)),).await;
    let (spread, four) = gather_settled!(..[value(4)], value(5)).await;
    usize::from(one.is_ok() && two.is_ok() && nested.is_ok() && four.is_ok()) + spread.len()
}

/// All other shapes, and every option.
pub fn shapes(limit: usize, on: &Handle) -> Gather<Outcomes> {
    let _vec: Gather<Vec<Result<u8, BranchError>>> = gather_settled!(..(0..9).map(value));
    let _none: Gather<[u8; 0]> = gather_settled!([]);
    let _array: Gather<[Result<u8, BranchError>; 1]> = gather_settled!(on = on; [value(1)]);
    let _tasks: Gather<Vec<Result<u8, BranchError>>> = gather_settled!(tasks = 2; ..[value(1)]);
    let posts = (0..9).map(value);
    let base = Outcomes {
        user: Ok(0),
        posts: Vec::new(),
        theme: None,
    };
    gather_settled!(
        limit = limit, on = on;
        Outcomes { user: value(1), posts: ..posts, ..base }
    )
}
