//! The parts arrive one by one.

use std::collections::HashSet;
use std::time::Duration;

use gather::gather;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::live::Live;
use crate::page::{BACKENDS, GATHERED, delays, page_of, parts_of};
use crate::tallies::{LONGEST, ONE_CUT_OFF, ONE_FINISHED};

/// A response that is read line by line.
struct Lines {
    response: Response,
    read: Vec<u8>,
}

impl Live {
    async fn stream(&self, query: &str) -> Lines {
        let path = format!("/dashboard/stream?{query}");
        let request = self.send(Method::GET, self.service.address(), &path);
        let response = request.await.expect("it is HTTP");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let read = Vec::new();
        Lines { response, read }
    }

    fn begun(&self) -> u64 {
        let tallies = self.service.counts().borrow().tallies();
        tallies.iter().map(|tally| tally.begun).sum()
    }
}

impl Lines {
    /// The next line, or `None` at the end. If the connection breaks before the
    /// end, this is an error.
    async fn next(&mut self) -> reqwest::Result<Option<Value>> {
        loop {
            if let Some(end) = self.read.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Ok(Some(serde_json::from_slice(&line).expect("it is JSON")));
            }
            let Some(chunk) = self.response.chunk().await? else {
                assert!(self.read.is_empty(), "the last line is complete");
                return Ok(None);
            };
            self.read.extend(chunk);
        }
    }

    /// The next line, which must exist.
    async fn expect(&mut self) -> Value {
        let line = self.next().await.expect("the connection is whole");
        line.expect("it has not ended")
    }

    async fn rest(mut self) -> Vec<Value> {
        let mut lines = Vec::new();
        while let Some(line) = self.next().await.expect("the connection is whole") {
            lines.push(line);
        }
        lines
    }
}

/// The line for this part of a user's page.
fn line(user: usize, part: usize) -> Value {
    json!({ "user": user, "part": BACKENDS[part], "ready": parts_of(user)[part] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_part_is_sent_as_it_comes() {
    let live = Live::start().await;
    let slow = delays([2_000, 1_000, 0, LONGEST]);
    let mut lines = live.stream(&format!("user=7{slow}")).await;
    for part in [2, 1, 0] {
        assert_eq!(lines.expect().await, line(7, part));
    }
    assert_eq!(live.service.counts().borrow().in_flight(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_fails_is_sent_like_another() {
    let live = Live::start().await;
    let trouble = delays([2_000, 1_000, 0, 3_000]) + "&orders_fails=error&profile_fails=garbage";
    let lines = live.stream(&format!("user=7{trouble}")).await;
    let failed = |part: &str, why: &str| json!({ "user": 7, "part": part, "failed": why });
    assert_eq!(
        lines.rest().await,
        [
            line(7, 2),
            failed("orders", "`orders` answered 500 Internal Server Error"),
            failed("profile", "`profile` sent an answer that cannot be read"),
            line(7, 3),
        ]
    );
    assert_eq!(live.quiet().await.tallies(), [ONE_FINISHED; 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_half_way_stops_the_calls_that_are_left() {
    let live = Live::start().await;
    let slow = delays([0, LONGEST, LONGEST, LONGEST]);
    let mut lines = live.stream(&format!("user=7{slow}")).await;
    assert_eq!(lines.expect().await, line(7, 0));
    live.counted(|counts| counts.in_flight() == 3).await;

    drop(lines);
    let mut expected = [ONE_CUT_OFF; 4];
    expected[0] = ONE_FINISHED;
    assert_eq!(live.quiet().await.tallies(), expected);
    assert_eq!(live.get(&format!("{GATHERED}7")).await, page_of(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_panics_stops_the_others_and_breaks_the_response_off() {
    let live = Live::start().await;
    let slow = delays([0, 2_000, LONGEST, LONGEST]);
    let mut lines = live.stream(&format!("user=7&panics=orders{slow}")).await;
    assert_eq!(lines.expect().await, line(7, 0));
    lines.next().await.expect_err("it has no end");

    assert_eq!(
        live.quiet().await.tallies(),
        [ONE_FINISHED, ONE_FINISHED, ONE_CUT_OFF, ONE_CUT_OFF]
    );
    assert_eq!(live.get(&format!("{GATHERED}7")).await, page_of(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_users_each_part_is_sent_once_and_the_limit_is_kept() {
    let live = Live::start().await;
    let lines = live.stream("user=999951&users=1000&limit=6").await.rest();
    let lines: HashSet<String> = lines.await.iter().map(Value::to_string).collect();
    let users = 999_951..=1_000_000;
    let expected = users.flat_map(|user| (0..4).map(move |part| line(user, part).to_string()));
    assert_eq!(lines, expected.collect());

    let counts = live.quiet().await;
    for tally in counts.tallies() {
        assert_eq!((tally.begun, tally.finished, tally.cut_off), (50, 50, 0));
    }
    assert!(counts.most_at_once <= 6, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_are_read_at_once_do_not_mix() {
    let live = Live::start().await;
    let streams = (1..=16).map(|user| {
        let live = &live;
        async move {
            let query = format!("user={user}{}", delays([user % 5, user % 7, user % 2, 0]));
            let mut lines = live.stream(&query).await.rest().await;
            lines.sort_by_key(|line| BACKENDS.iter().position(|part| line["part"] == *part));
            assert_eq!(lines, [0, 1, 2, 3].map(|part| line(user, part)));
        }
    });
    gather!(here; ..streams).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_slowly_holds_the_calls_back() {
    /// More parts than the buffers between the service and a client can hold.
    const MANY: u64 = 20_000;

    /// Waits until no call has begun or ended for a while.
    async fn stalled(live: &Live) -> u64 {
        let mut counts = live.service.counts();
        counts.mark_unchanged();
        while timeout(Duration::from_secs(1), counts.changed())
            .await
            .is_ok()
        {
            assert!(live.begun() < MANY, "nothing holds the calls back");
        }
        live.begun()
    }

    let live = Live::start().await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let mut client: TcpStream = socket
        .connect(live.service.address())
        .await
        .expect("it listens");
    client
        .write_all(
            b"GET /dashboard/stream?user=1&users=1000000&limit=8 HTTP/1.1\r\nhost: here\r\n\r\n",
        )
        .await
        .expect("it reads");

    live.counted(|counts| counts.profile.finished > 0).await;
    let held_back = stalled(&live).await;
    assert_eq!(live.service.counts().borrow().in_flight(), 0);

    // Reading goes on, and so do the calls.
    let mut read = vec![0; 100_000];
    client.read_exact(&mut read).await.expect("it sends");
    assert!(stalled(&live).await > held_back);

    drop(client);
    let counts = live.quiet().await;
    assert!(counts.most_at_once <= 8, "{counts:?}");
    assert_eq!(live.get(&format!("{GATHERED}7")).await, page_of(7));
}
