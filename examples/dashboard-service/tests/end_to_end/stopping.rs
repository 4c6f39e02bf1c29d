//! What becomes of the other calls when one fails, and of all calls when the client is gone.

use gather::gather;
use reqwest::Method;

use crate::live::Live;
use crate::page::{BACKENDS, BY_HAND, GATHERED, PARTIAL, delays, page_of, refusal};
use crate::tallies::{LONGEST, ONE_CUT_OFF, ONE_FINISHED};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_fails_stops_the_other_calls_at_once() {
    async fn fail(failing: usize, how: &'static str, why: &'static str) {
        let live = Live::start().await;
        let name = BACKENDS[failing];
        let mut slow = [LONGEST; 4];
        // The other calls have begun by then.
        slow[failing] = 2_000;
        let query = format!("7{}&{name}_fails={how}", delays(slow));

        let answer = live.get(&format!("{GATHERED}{query}")).await;
        assert_eq!(answer, refusal(502, &format!("`{name}` {why}")));

        let mut expected = [ONE_CUT_OFF; 4];
        expected[failing] = ONE_FINISHED;
        assert_eq!(live.quiet().await.tallies(), expected, "{name} fails");
        assert_eq!(live.get(&format!("{GATHERED}7")).await, page_of(7));
    }
    let errors = (0..4).map(|backend| fail(backend, "error", "answered 500 Internal Server Error"));
    let garbage =
        (0..4).map(|backend| fail(backend, "garbage", "sent an answer that cannot be read"));
    gather!(..errors, ..garbage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_hand_a_failure_waits_for_the_other_calls() {
    let live = Live::start().await;
    let query = format!("7{}&balance_fails=error", delays([500, 500, 0, 500]));
    let answer = live.get(&format!("{BY_HAND}{query}")).await;
    assert_eq!(
        answer,
        refusal(502, "`balance` answered 500 Internal Server Error")
    );
    let counts = *live.service.counts().borrow();
    assert_eq!(counts.tallies(), [ONE_FINISHED; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_panics_stops_the_other_calls_and_breaks_the_connection() {
    let live = Live::start().await;
    let slow = delays([LONGEST, 2_000, LONGEST, LONGEST]);
    let path = format!("{GATHERED}7&panics=orders{slow}");
    live.send(Method::GET, live.service.address(), &path)
        .await
        .expect_err("it panicked");

    let mut expected = [ONE_CUT_OFF; 4];
    expected[1] = ONE_FINISHED;
    assert_eq!(live.quiet().await.tallies(), expected);
    assert_eq!(live.get(&format!("{GATHERED}7")).await, page_of(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_disconnects_stops_the_calls_of_its_page() {
    let live = Live::start().await;
    let clients = [GATHERED, PARTIAL]
        .into_iter()
        .cycle()
        .take(20)
        .map(|way| live.get(&format!("{way}7{}", delays([LONGEST; 4]))));
    let clients = gather!(..clients);
    live.counted(|counts| counts.in_flight() == 80).await;

    drop(clients);
    for tally in live.quiet().await.tallies() {
        assert_eq!((tally.begun, tally.finished, tally.cut_off), (20, 0, 20));
    }
    assert_eq!(live.get(&format!("{GATHERED}7")).await, page_of(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_hand_the_calls_of_a_client_that_disconnected_run_on() {
    let live = Live::start().await;
    let client = gather!(live.get(&format!("{BY_HAND}7{}", delays([1_000; 4]))));
    live.counted(|counts| counts.tallies().iter().all(|tally| tally.begun == 1))
        .await;

    drop(client);
    assert_eq!(live.quiet().await.tallies(), [ONE_FINISHED; 4]);
}
