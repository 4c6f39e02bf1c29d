//! The programs of `docs/COMPARE.md`, and what the page says of each.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use futures::stream::{self, FuturesUnordered, StreamExt};
use futures_concurrency::prelude::*;
use gather::{gather, gather_each, gather_settled, try_gather};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

#[derive(Debug, PartialEq)]
struct Error;

/// Takes a second, as all calls here do.
async fn fetch_user(id: u32) -> String {
    sleep(Duration::from_secs(1)).await;
    format!("user {id}")
}

async fn fetch_orders(id: u32) -> Vec<u32> {
    sleep(Duration::from_secs(1)).await;
    vec![id]
}

async fn try_fetch_user(id: u32) -> Result<String, Error> {
    Ok(fetch_user(id).await)
}

async fn try_fetch_orders(id: u32) -> Result<Vec<u32>, Error> {
    Ok(fetch_orders(id).await)
}

async fn render_header() {
    sleep(Duration::from_secs(1)).await;
}

fn flatten<T>(task: Result<Result<T, Error>, JoinError>) -> Result<T, Error> {
    task.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// The user and the orders that most of the programs fetch.
fn page() -> (String, Vec<u32>) {
    (String::from("user 7"), vec![7])
}

/// A future that never ends, and what tells that it has been dropped.
fn endless() -> (
    impl Future<Output = Result<(), Error>> + Send + 'static,
    oneshot::Receiver<()>,
) {
    let (guard, dropped) = oneshot::channel();
    let endless = async move {
        std::future::pending::<()>().await;
        drop(guard);
        Ok(())
    };
    (endless, dropped)
}

fn seconds(since: Instant) -> u64 {
    since.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn join() {
    let start = Instant::now();
    let page = tokio::join!(fetch_user(7), fetch_orders(7));
    assert_eq!(page, self::page());
    assert_eq!(seconds(start), 1);

    let page = gather!(here; fetch_user(7), fetch_orders(7)).await;
    assert_eq!(page, self::page());

    let start = Instant::now();
    let page = gather!(fetch_user(7), fetch_orders(7));
    render_header().await;
    let (user, orders) = page.await;
    assert_eq!((user, orders), self::page());
    assert_eq!(seconds(start), 1);
}

#[tokio::test(start_paused = true)]
async fn try_join() {
    let page = tokio::try_join!(try_fetch_user(7), try_fetch_orders(7));
    assert_eq!(page, Ok(self::page()));

    let page = try_gather!(try_fetch_user(7), try_fetch_orders(7)).await;
    assert_eq!(page, Ok(self::page()));

    let (endless, dropped) = endless();
    let failed = tokio::try_join!(endless, async { Err::<(), _>(Error) });
    assert_eq!(failed, Err(Error));
    assert!(dropped.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn join_set() {
    let mut tasks = JoinSet::new();
    for id in 0..100 {
        tasks.spawn(async move { (id, fetch_user(id).await) });
    }
    let mut users = Vec::new();
    while let Some(user) = tasks.join_next().await {
        users.push(user.unwrap()); // as they end
    }
    users.sort_by_key(|(id, _)| *id);
    assert_eq!(users[42], (42, String::from("user 42")));

    let users = gather!(..(0..100).map(fetch_user)).await; // a `Vec`, in order
    assert_eq!(users[42], "user 42");

    let mut seen = Vec::new();
    let mut users = gather_each!(..(0..100).map(fetch_user));
    while let Some((id, user)) = users.next().await {
        seen.push((id, user)); // as they end
    }
    seen.sort();
    assert_eq!(seen[42], (42, String::from("user 42")));
}

#[tokio::test(start_paused = true)]
async fn a_join_set_with_a_semaphore_spawns_every_task_at_once() {
    let places = Arc::new(Semaphore::new(16));
    let mut tasks = JoinSet::new();
    for id in 0..100 {
        let places = Arc::clone(&places);
        tasks.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            (id, fetch_user(id).await)
        });
    }
    assert_eq!(tasks.len(), 100);
    assert_eq!(tasks.join_all().await.len(), 100);

    let users = gather!(limit = 16; ..(0..100).map(fetch_user)).await;
    assert_eq!(users[42], "user 42");
}

#[tokio::test(start_paused = true)]
async fn a_join_set_that_is_dropped_aborts_its_tasks() {
    let (endless, dropped) = endless();
    let mut tasks = JoinSet::new();
    tasks.spawn(endless);
    drop(tasks);
    assert!(dropped.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn handles() {
    async fn by_hand() -> Result<(String, Vec<u32>), Error> {
        let user = tokio::spawn(try_fetch_user(7));
        let orders = tokio::spawn(try_fetch_orders(7));
        render_header().await;
        let (user, orders) = tokio::join!(user, orders);
        Ok((flatten(user)?, flatten(orders)?))
    }

    async fn gathered() -> Result<(String, Vec<u32>), Error> {
        let page = try_gather!(try_fetch_user(7), try_fetch_orders(7));
        render_header().await;
        page.await
    }

    assert_eq!(by_hand().await, Ok(page()));
    assert_eq!(gathered().await, Ok(page()));
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_is_dropped_leaves_its_task_running_and_a_gather_stops_its_own() {
    let (endless, mut dropped) = endless();
    drop(tokio::spawn(endless));
    let second = Duration::from_secs(1);
    assert!(timeout(second, &mut dropped).await.is_err());

    let (endless, dropped) = self::endless();
    drop(gather!(endless));
    assert!(dropped.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn all() {
    let users = join_all((0..100).map(fetch_user)).await;
    assert_eq!(users[42], "user 42");

    let users = gather!(here; ..(0..100).map(fetch_user)).await; // in one task, as `join_all`
    assert_eq!(users[42], "user 42");

    let users = gather!(..(0..100).map(fetch_user)).await; // in parallel
    assert_eq!(users[42], "user 42");
}

#[tokio::test(start_paused = true)]
async fn join_all_of_handles_starts_at_once_and_keeps_the_join_errors() {
    let tasks: Vec<JoinHandle<String>> = (0..100).map(|id| tokio::spawn(fetch_user(id))).collect();
    let users: Vec<Result<String, JoinError>> = join_all(tasks).await;
    assert_eq!(users[42].as_deref().unwrap(), "user 42");
}

#[tokio::test(start_paused = true)]
async fn unordered() {
    let mut users: FuturesUnordered<_> = (0..3).map(fetch_user).collect();
    let mut more = vec![7];
    let mut seen = Vec::new();
    while let Some(user) = users.next().await {
        seen.push(user);
        users.extend(more.pop().map(fetch_user)); // work may be added at any time
    }
    seen.sort();
    assert_eq!(seen, ["user 0", "user 1", "user 2", "user 7"]);

    let mut seen = Vec::new();
    let mut users = gather_each!(here; ..(0..3).map(fetch_user)); // in one task, as `FuturesUnordered`
    while let Some((id, user)) = users.next().await {
        seen.push((id, user));
    }
    seen.sort();
    let numbered = (0..3).map(|id| (id, format!("user {id}")));
    assert_eq!(seen, numbered.collect::<Vec<_>>());
}

async fn use_it(_: String) {
    sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn unordered_futures_wait_while_a_result_is_being_used_and_the_branches_of_a_gather_do_not() {
    /// The second one has to be polled while the first result is being used.
    async fn fetch_user(id: u32) -> String {
        sleep(Duration::from_millis(1_000 + u64::from(id) * 500)).await;
        sleep(Duration::from_secs(u64::from(id))).await;
        format!("user {id}")
    }

    let start = Instant::now();
    let mut users: FuturesUnordered<_> = (0..2).map(fetch_user).collect();
    while let Some(user) = users.next().await {
        use_it(user).await;
    }
    assert_eq!(start.elapsed().as_millis(), 4_000);

    let start = Instant::now();
    let mut users = gather_each!(..(0..2).map(fetch_user));
    while let Some((_, user)) = users.next().await {
        use_it(user).await;
    }
    assert_eq!(start.elapsed().as_millis(), 3_500);
}

#[tokio::test(start_paused = true)]
async fn an_endless_input_is_read_as_results_are_taken() {
    let start = Instant::now();
    let mut users = stream::iter((0..).map(fetch_user)).buffer_unordered(16);
    while let Some(user) = users.next().await {
        if user == "user 42" {
            break;
        }
    }
    assert_eq!(seconds(start), 3);

    let start = Instant::now();
    let mut users = gather_each!(limit = 16; ..(0..).map(fetch_user));
    while let Some((_, user)) = users.next().await {
        if user == "user 42" {
            break;
        }
    }
    assert_eq!(seconds(start), 3);
}

#[tokio::test(start_paused = true)]
async fn buffered() {
    let start = Instant::now();
    let users: Vec<String> = stream::iter((0..100).map(fetch_user))
        .buffered(16)
        .collect()
        .await;
    assert_eq!(users[42], "user 42");
    assert_eq!(seconds(start), 7);

    let start = Instant::now();
    let users = gather!(limit = 16; ..(0..100).map(fetch_user)).await;
    assert_eq!(users[42], "user 42");
    assert_eq!(seconds(start), 7);
}

#[tokio::test(start_paused = true)]
async fn in_a_buffered_stream_no_branch_runs_while_a_result_is_being_used() {
    let start = Instant::now();
    let mut users = stream::iter((0..4).map(fetch_user)).buffered(1);
    while let Some(user) = users.next().await {
        use_it(user).await;
    }
    assert_eq!(seconds(start), 8);

    let start = Instant::now();
    let mut users = gather_each!(limit = 1; ..(0..4).map(fetch_user));
    while let Some((_, user)) = users.next().await {
        use_it(user).await;
    }
    assert_eq!(seconds(start), 5);
}

#[tokio::test(start_paused = true)]
async fn concurrency() {
    let page = (fetch_user(7), fetch_orders(7)).join().await;
    assert_eq!(page, self::page());
    let users = [fetch_user(7), fetch_user(8)].join().await;
    assert_eq!(users, ["user 7", "user 8"]);
    let fastest = (fetch_user(7), fetch_user(8)).race().await;
    assert!(users.contains(&fastest));

    let fastest = gather_each!(here; fetch_user(7), fetch_user(8))
        .next()
        .await;
    assert!(users.contains(&fastest.unwrap().1));
    let page = gather!(here; fetch_user(7), fetch_orders(7)).await;
    assert_eq!(page, self::page());
    let users = gather!(here; [fetch_user(7), fetch_user(8)]).await;
    assert_eq!(users, ["user 7", "user 8"]);
}

#[tokio::test(start_paused = true)]
async fn a_concurrent_stream_collects_as_its_items_end() {
    let ended: Vec<u64> = vec![3, 1, 2]
        .into_co_stream()
        .map(async |seconds: u64| {
            sleep(Duration::from_secs(seconds)).await;
            seconds
        })
        .collect()
        .await;
    assert_eq!(ended, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn asyncio() {
    async fn gathered() -> Result<(String, Vec<u32>), Error> {
        let page = try_gather!(try_fetch_user(7), try_fetch_orders(7));
        render_header().await;
        let (user, orders) = page.await?;
        Ok((user, orders))
    }

    assert_eq!(gathered().await, Ok(page()));

    let (user, orders) = gather_settled!(fetch_user(7), fetch_orders(7)).await;
    assert_eq!((user.unwrap(), orders.unwrap()), page());
}

#[tokio::test(start_paused = true)]
async fn java() {
    struct Page {
        user: String,
        orders: Vec<u32>,
    }

    let deadline = Duration::from_secs(2);
    let page = try_gather!(Page {
        user: try_fetch_user(7),
        orders: try_fetch_orders(7)
    });
    let page = timeout(deadline, page).await;
    let Page { user, orders } = page.unwrap().unwrap();
    assert_eq!((user, orders), self::page());
}

fn without_space(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn what_the_page_shows_stands_in_this_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../../../docs/COMPARE.md")).unwrap();
    // rustfmt may break a line and end it with a comma that the page has not.
    let bare = |text: &str| without_space(text).replace(",}", "}").replace(",)", ")");
    let programs = bare(include_str!("compare.rs"));
    let blocks: Vec<&str> = page.split("```rust\n").skip(1).collect();
    assert!(blocks.len() > 15, "the page has {} programs", blocks.len());
    for block in blocks {
        let (block, _) = block.split_once("```").unwrap();
        assert!(
            programs.contains(&bare(block)),
            "this is in no test:\n{block}"
        );
    }
}
