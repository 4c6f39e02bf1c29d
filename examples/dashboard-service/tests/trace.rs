//! The traces in the README: each line is in the span of its branch, which is in the span of its page.

#[path = "support/live.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod live;

use std::io;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use tracing_subscriber::filter::LevelFilter;

use crate::live::Live;

const README: &str = include_str!("../README.md");

/// What has been logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines about pages, sorted, because it is not fixed which backend is asked first.
fn of_pages(log: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = log.lines().map(str::trim).collect();
    lines.retain(|line| line.contains("dashboard_service::client"));
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn the_readme_shows_the_trace_of_a_page_by_the_macro_and_of_one_by_hand() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::DEBUG)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .init();

    let live = Live::start().await;
    let traces: Vec<&str> = README.split("```text\n").skip(1).collect();
    let pages = ["/dashboard?user=7", "/dashboard/by-hand?user=7"];
    assert_eq!(traces.len(), pages.len());
    for (page, trace) in pages.into_iter().zip(traces) {
        log.0.lock().unwrap().clear();
        let (status, _) = live
            .request(Method::GET, live.service.address(), page)
            .await;
        assert_eq!(status, 200);
        let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let (shown, _) = trace.split_once("```").unwrap();
        assert_eq!(of_pages(&logged), of_pages(shown), "{page}");
    }
}
