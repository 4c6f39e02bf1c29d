//! Many pages at once. These tests keep some 700 files open.

#[path = "support/live.rs"]
mod live;
#[path = "support/page.rs"]
mod page;

use std::sync::Arc;

use gather::gather;

use crate::live::Live;
use crate::page::{BACKENDS, BY_HAND, GATHERED, PARTIAL, delays, page_of, ready_page_of, refusal};

/// Delays that make the calls of a page end in another order than those of the next.
fn uneven(user: usize) -> String {
    delays([user % 5, user % 7, user % 2, user % 3])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_pages_with_64_in_flight_are_all_right() {
    let live = Arc::new(Live::start().await);
    let client = Arc::clone(&live);
    let requests = (1..=10_000).map(move |user| {
        let way = [PARTIAL, GATHERED, BY_HAND][user % 3];
        client.get(&format!("{way}{user}{}", uneven(user)))
    });
    let answers = gather!(limit = 64; ..requests).await;

    assert_eq!(answers.len(), 10_000);
    for (user, answer) in (1..).zip(answers) {
        let right = [ready_page_of, page_of, page_of][user % 3];
        assert_eq!(answer, right(user));
    }
    let counts = *live.service.counts().borrow();
    for tally in counts.tallies() {
        assert_eq!(
            (tally.begun, tally.finished, tally.cut_off),
            (10_000, 10_000, 0)
        );
    }
    assert!(counts.most_at_once <= 4 * 64, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_pages_that_fail_the_others_are_right() {
    let failing = |user: usize| user.is_multiple_of(2).then(|| BACKENDS[user / 2 % 4]);
    let live = Arc::new(Live::start().await);
    let client = Arc::clone(&live);
    let requests = (1..=400).map(move |user| {
        let fails = failing(user).map_or_else(String::new, |name| format!("&{name}_fails=error"));
        client.get(&format!("{GATHERED}{user}{}{fails}", uneven(user)))
    });
    let answers = gather!(limit = 16; ..requests).await;

    assert_eq!(answers.len(), 400);
    for (user, answer) in (1..).zip(answers) {
        let right = match failing(user) {
            Some(name) => refusal(502, &format!("`{name}` answered 500 Internal Server Error")),
            None => page_of(user),
        };
        assert_eq!(answer, right);
    }
    for tally in live.quiet().await.tallies() {
        // The calls of the good pages, and the calls that failed.
        assert!(tally.finished >= 200 + 50, "{tally:?}");
    }
}
