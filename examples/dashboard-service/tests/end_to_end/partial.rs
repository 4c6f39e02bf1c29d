//! Pages with the parts that are ready in time.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::live::Live;
use crate::page::{PARTIAL, delays, page, parts_of, ready, ready_page_of};
use crate::tallies::{LONGEST, ONE_CUT_OFF, ONE_FINISHED};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_there_in_time_is_given_and_the_rest_is_stopped() {
    let live = Live::start().await;
    let slow = delays([0, LONGEST, 300, 0]);
    let answer = live
        .get(&format!(
            "/dashboard/partial?user=7&timeout_ms=2000&messages_fails=error{slow}"
        ))
        .await;

    let [profile, _, balance, _] = parts_of(7);
    assert_eq!(
        answer,
        page([
            ready(profile),
            json!("timed_out"),
            // The failure of another part did not stop this one.
            ready(balance),
            json!({ "failed": "`messages` answered 500 Internal Server Error" }),
        ])
    );
    assert_eq!(
        live.quiet().await.tallies(),
        [ONE_FINISHED, ONE_CUT_OFF, ONE_FINISHED, ONE_FINISHED]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_is_a_failure_in_its_place() {
    let live = Live::start().await;
    let answer = live.get(&format!("{PARTIAL}7&panics=orders")).await;

    let [profile, _, balance, messages] = parts_of(7);
    let panicked = "branch 1, `backends.orders(page)`, panicked: `orders` is to panic, by request";
    assert_eq!(
        answer,
        page([
            ready(profile),
            json!({ "failed": panicked }),
            ready(balance),
            ready(messages),
        ])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_nothing_is_there_in_time_every_part_says_so() {
    let live = Live::start().await;
    let slow = delays([LONGEST; 4]);
    let answer = live
        .get(&format!("/dashboard/partial?user=7&timeout_ms=2000{slow}"))
        .await;
    assert_eq!(answer, page([(); 4].map(|()| json!("timed_out"))));
    assert_eq!(live.quiet().await.tallies(), [ONE_CUT_OFF; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_all_is_there_nobody_waits_for_the_time() {
    let live = Live::start().await;
    let start = Instant::now();
    let answer = live.get(&format!("{PARTIAL}7")).await;
    assert_eq!(answer, ready_page_of(7));
    assert!(start.elapsed() < Duration::from_secs(10));
}
