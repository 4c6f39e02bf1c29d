//! A language server, spoken to over its standard input and output.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The most that one answer takes, the server's first look at the dependencies included.
const PATIENCE: Duration = Duration::from_secs(120);

/// The document has changed since it was asked about: the question is to be asked again.
const CONTENT_MODIFIED: i64 = -32801;

/// It ends when its input does, which is when the test ends.
pub(crate) struct Server {
    input: ChildStdin,
    messages: Receiver<Value>,
    requests: u64,
}

impl Server {
    /// Starts a server in a folder.
    pub(crate) fn start(command: &str, folder: &Path, options: &Value) -> Self {
        let mut process = Command::new(command)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let input = process.stdin.take().expect("it was piped");
        let output = process.stdout.take().expect("it was piped");
        let (sender, messages) = channel();
        thread::spawn(move || {
            read(output, &sender);
            process.wait()
        });
        let mut server = Server {
            input,
            messages,
            requests: 0,
        };
        server.ask(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": format!("file://{}", folder.display()),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": { "hover": { "contentFormat": ["plaintext"] } },
                },
                "initializationOptions": options,
            }),
        );
        server.tell("initialized", &json!({}));
        server
    }

    /// Waits until the server has nothing left to load, and gives what it says of its health.
    pub(crate) fn until_quiescent(&mut self) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let message = self.next(end);
            let status = &message["params"];
            if message["method"] == "experimental/serverStatus" && status["quiescent"] == true {
                return status.clone();
            }
        }
    }

    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.next(end);
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
            };
            let error = &answer["error"];
            if error.is_null() {
                return answer["result"].clone();
            }
            assert_eq!(error["code"], CONTENT_MODIFIED, "{method}: {error}");
        }
    }

    pub(crate) fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "method": method, "params": params }));
    }

    /// The next message. What the server asks of its client has no answer here.
    fn next(&mut self, end: Instant) -> Value {
        let left = end.saturating_duration_since(Instant::now());
        let message = self.messages.recv_timeout(left);
        let message = message.expect("the server lives, and answers in time");
        if message.get("method").is_some()
            && let Some(id) = message.get("id")
        {
            self.send(&json!({ "id": id, "result": null }));
        }
        message
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        let sent = write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len());
        sent.and_then(|()| self.input.flush())
            .expect("the server reads");
    }
}

/// Hands on what the server says, until it ends.
fn read(output: ChildStdout, messages: &Sender<Value>) {
    let mut output = BufReader::new(output);
    while let Some(message) = message(&mut output) {
        if messages.send(message).is_err() {
            return;
        }
    }
}

fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length?];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
