//! What the README shows is true.

use std::time::Duration;

use reqwest::Method;
use tokio::time::timeout;

use crate::live::Live;

const README: &str = include_str!("../../README.md");
const SOURCES: [&str; 3] = [
    include_str!("../../src/page.rs"),
    include_str!("../../src/partial.rs"),
    include_str!("../../src/stream.rs"),
];

/// The code blocks in this language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    let opening = format!("```{language}\n");
    let blocks: Vec<_> = README
        .split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!blocks.is_empty(), "it has some in {language}");
    blocks.into_iter()
}

#[test]
fn the_code_it_shows_is_the_code_there_is() {
    for block in blocks("rust,ignore") {
        assert!(
            SOURCES.iter().any(|source| source.contains(block)),
            "this is in no source:\n{block}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_command_prints_what_it_shows() {
    let live = Live::start().await;
    for session in blocks("console").flat_map(|block| block.split("$ ").skip(1)) {
        let (command, shown) = session.split_once('\n').expect("a command and an answer");
        assert_eq!(print(&live, command).await, shown.trim_end(), "{command}");
    }
}

/// What curl would print.
async fn print(live: &Live, command: &str) -> String {
    let (options, path) = command
        .strip_prefix("curl -")
        .and_then(|rest| {
            rest.trim_start_matches(['s', 'S', 'N'])
                .strip_prefix("w ' %{http_code}\\n' ")
        })
        .and_then(|rest| rest.strip_suffix('\'')?.split_once("'127.0.0.1:3000"))
        .unwrap_or_else(|| panic!("this test does not know how to do `{command}`"));
    if path == "/counts" {
        // curl reads the counts later than a backend learns that its caller is gone.
        live.quiet().await;
    }
    let mut printed = String::new();
    let mut status = 0;
    let answer = async {
        let request = live.send(Method::GET, live.service.address(), path);
        let mut answer = request.await.expect("it is HTTP");
        status = answer.status().as_u16();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => printed += str::from_utf8(&chunk).expect("it is text"),
                Ok(None) => break,
                Err(_) => {
                    printed += "curl: (18) transfer closed with outstanding read data remaining\n";
                    break;
                }
            }
        }
    };
    match options.strip_prefix("-m ") {
        None => answer.await,
        Some(seconds) => {
            let seconds = seconds.trim().parse().expect("seconds");
            let late = timeout(Duration::from_secs(seconds), answer).await;
            late.expect_err("the answer is not complete in this time");
        }
    }
    format!("{printed} {status:03}")
}
