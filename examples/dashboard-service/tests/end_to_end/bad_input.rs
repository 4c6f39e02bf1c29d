//! A wrong request is refused with a message that says what is allowed, and the service keeps running.

use std::net::SocketAddr;

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::live::Live;
use crate::page::{GATHERED, page_of, refusal};

const USERS: &str = "give a whole number from 1 to 1000000";
const DELAYS: &str = "give a whole number from 0 to 10000";
const TIMES: &str = "give a whole number from 1 to 10000";
const LIMITS: &str = "give a whole number from 1 to 64";
const FAILURES: &str = "give `error` or `garbage`";
const PANICS: &str = "give `profile`, `orders`, `balance` or `messages`";
const PAGE: &str = "`user`, `profile_delay_ms`, `profile_fails`, `orders_delay_ms`, \
                    `orders_fails`, `balance_delay_ms`, `balance_fails`, `messages_delay_ms`, \
                    `messages_fails`, `panics`";

impl Live {
    async fn ask(&self, method: Method, address: SocketAddr, path: &str) -> (u16, Value) {
        let (status, body) = self.request(method, address, path).await;
        (status, serde_json::from_str(&body).expect("it is JSON"))
    }

    async fn goes_on(&self) {
        assert_eq!(self.get(&format!("{GATHERED}7")).await, page_of(7));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_query_is_refused_with_what_would_be_right() {
    let live = Live::start().await;
    let long = "9".repeat(5_000);
    for (query, error) in [
        ("", format!("`user` is missing: {USERS}")),
        ("?", format!("`user` is missing: {USERS}")),
        ("?user", format!("`user=` is not allowed: {USERS}")),
        ("?user=ada", format!("`user=ada` is not allowed: {USERS}")),
        ("?user=0", format!("`user=0` is not allowed: {USERS}")),
        ("?user=-7", format!("`user=-7` is not allowed: {USERS}")),
        ("?user=7.5", format!("`user=7.5` is not allowed: {USERS}")),
        (
            "?user=1000001",
            format!("`user=1000001` is not allowed: {USERS}"),
        ),
        (
            "?user=%ff",
            format!("`user=\u{fffd}` is not allowed: {USERS}"),
        ),
        (
            &format!("?user={long}"),
            format!("`user={long}` is not allowed: {USERS}"),
        ),
        (
            "?user=7&user=8",
            "`user` is given twice: give it once".into(),
        ),
        (
            "?user=7&orders_delay_ms=10001",
            format!("`orders_delay_ms=10001` is not allowed: {DELAYS}"),
        ),
        (
            "?user=7&orders_delay_ms=18446744073709551616",
            format!("`orders_delay_ms=18446744073709551616` is not allowed: {DELAYS}"),
        ),
        (
            "?user=7&profile_delay_ms=1s",
            format!("`profile_delay_ms=1s` is not allowed: {DELAYS}"),
        ),
        (
            "?user=7&messages_delay_ms=-1",
            format!("`messages_delay_ms=-1` is not allowed: {DELAYS}"),
        ),
        (
            "?user=7&balance_fails=yes",
            format!("`balance_fails=yes` is not allowed: {FAILURES}"),
        ),
        (
            "?user=7&balance_fails=Error",
            format!("`balance_fails=Error` is not allowed: {FAILURES}"),
        ),
        (
            "?user=7&panics=order",
            format!("`panics=order` is not allowed: {PANICS}"),
        ),
        (
            "?user=7&colour=red",
            format!("there is no parameter `colour`: there are {PAGE}"),
        ),
        (
            "?user=7&timeout_ms=100",
            format!("there is no parameter `timeout_ms`: there are {PAGE}"),
        ),
    ] {
        for way in ["/dashboard", "/dashboard/by-hand"] {
            let answer = live.get(&format!("{way}{query}")).await;
            assert_eq!(answer, refusal(400, &error), "{way}{query}");
        }
    }
    assert_eq!(live.service.counts().borrow().most_at_once, 0);
    live.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_timeout_is_refused_with_what_would_be_right() {
    let live = Live::start().await;
    for (query, error) in [
        ("?user=7", format!("`timeout_ms` is missing: {TIMES}")),
        (
            "?user=7&timeout_ms=0",
            format!("`timeout_ms=0` is not allowed: {TIMES}"),
        ),
        (
            "?user=7&timeout_ms=10001",
            format!("`timeout_ms=10001` is not allowed: {TIMES}"),
        ),
        ("?timeout_ms=100", format!("`user` is missing: {USERS}")),
        (
            "?user=7&timeout_ms=100&x",
            format!("there is no parameter `x`: there are `timeout_ms`, {PAGE}"),
        ),
    ] {
        let answer = live.get(&format!("/dashboard/partial{query}")).await;
        assert_eq!(answer, refusal(400, &error), "{query}");
    }
    live.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_stream_is_refused_with_what_would_be_right() {
    let live = Live::start().await;
    for (query, error) in [
        ("", format!("`user` is missing: {USERS}")),
        (
            "?user=7&users=0",
            format!("`users=0` is not allowed: {USERS}"),
        ),
        (
            "?user=7&users=1000001",
            format!("`users=1000001` is not allowed: {USERS}"),
        ),
        (
            "?user=7&limit=0",
            format!("`limit=0` is not allowed: {LIMITS}"),
        ),
        (
            "?user=7&limit=65",
            format!("`limit=65` is not allowed: {LIMITS}"),
        ),
        (
            "?user=7&timeout_ms=100",
            format!("there is no parameter `timeout_ms`: there are {PAGE}, `users`, `limit`"),
        ),
    ] {
        let answer = live.get(&format!("/dashboard/stream{query}")).await;
        assert_eq!(answer, refusal(400, &error), "{query}");
    }
    assert_eq!(live.service.counts().borrow().most_at_once, 0);
    live.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_is_asked_directly_refuses_too() {
    let live = Live::start().await;
    let there_are = "there are `user`, `delay_ms`, `fails`";
    for backend in live.service.backends() {
        for (query, error) in [
            ("", format!("`user` is missing: {USERS}")),
            (
                "?user=4294967295",
                format!("`user=4294967295` is not allowed: {USERS}"),
            ),
            (
                "?user=7&delay_ms=86400000",
                format!("`delay_ms=86400000` is not allowed: {DELAYS}"),
            ),
            (
                "?user=7&fails=",
                format!("`fails=` is not allowed: {FAILURES}"),
            ),
            (
                "?user=7&delay=5",
                format!("there is no parameter `delay`: {there_are}"),
            ),
        ] {
            let answer = live.ask(Method::GET, backend, &format!("/{query}")).await;
            assert_eq!(answer, refusal(400, &error), "{query}");
        }
    }
    live.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counts_refuse_every_parameter() {
    let live = Live::start().await;
    let error = "there is no parameter `user`: there are none";
    assert_eq!(live.get("/counts?user=7").await, refusal(400, error));
    live.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_served_is_refused_with_what_is() {
    let live = Live::start().await;
    let there_is = "ask for `/dashboard`, `/dashboard/by-hand`, `/dashboard/partial`, \
                    `/dashboard/stream` or `/counts`";
    for path in [
        "/",
        "/dashboard/",
        "/Dashboard",
        "/dashboard/by-hands",
        "/users/7",
    ] {
        let error = format!("there is nothing at `{path}`: {there_is}");
        assert_eq!(live.get(path).await, refusal(404, &error));
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        for path in ["/dashboard?user=7", "/counts"] {
            let answer = live.ask(method.clone(), live.service.address(), path).await;
            let error = "there is nothing to change here: ask with `GET`";
            assert_eq!(answer, refusal(405, error));
        }
    }
    live.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let live = Live::start().await;
    let endless = format!(
        "GET /dashboard?user={} HTTP/1.1\r\n\r\n",
        "7".repeat(100_000)
    );
    for (sent, status) in [
        ("hello\r\n\r\n", "HTTP/1.1 400 "),
        ("GET /dashboard?user=7 HTTP/7.0\r\n\r\n", "HTTP/1.1 400 "),
        (endless.as_str(), "HTTP/1.1 414 "),
    ] {
        let mut connection = TcpStream::connect(live.service.address())
            .await
            .expect("it listens");
        connection
            .write_all(sent.as_bytes())
            .await
            .expect("it reads");
        let mut answer = [0; 13];
        connection
            .read_exact(&mut answer)
            .await
            .expect("it answers");
        assert_eq!(answer, status.as_bytes());
    }
    live.goes_on().await;
}
