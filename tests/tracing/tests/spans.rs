//! The feature `tracing`: a branch runs in a span of its own, inside that of the macro call.

use std::fmt;
use std::future::pending;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use gather::{gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Instrument, Subscriber, info, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The message of each event, and the spans around it, innermost first.
static EVENTS: Mutex<Vec<(String, Vec<String>)>> = Mutex::new(Vec::new());

/// The fields of each span `branch`.
static BRANCHES: Mutex<Vec<(String, u64)>> = Mutex::new(Vec::new());

/// The names that tokio's own spans report for its tasks.
#[cfg(tokio_unstable)]
static TASKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn events() -> MutexGuard<'static, Vec<(String, Vec<String>)>> {
    // One failed test must not make all others fail.
    EVENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Record;

/// A span as these tests show it: its name, and its field `name` if it has one.
struct Shown(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Record {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).unwrap();
        #[cfg(tokio_unstable)]
        TASKS.lock().unwrap().extend(fields.task);
        if let (Some(name), Some(index)) = (&fields.name, fields.index) {
            BRANCHES.lock().unwrap().push((name.clone(), index));
        }
        let shown = match fields.name {
            Some(name) => format!("{}({name})", span.name()),
            None => span.name().to_owned(),
        };
        span.extensions_mut().insert(Shown(shown));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans = context.event_scope(event).into_iter().flatten();
        let shown = spans.map(|span| span.extensions().get::<Shown>().unwrap().0.clone());
        let event = (fields.message.unwrap_or_default(), shown.collect());
        events().push(event);
    }
}

#[derive(Default)]
struct Fields {
    message: Option<String>,
    name: Option<String>,
    index: Option<u64>,
    #[cfg(tokio_unstable)]
    task: Option<String>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "name" {
            self.name = Some(value.to_owned());
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "index" {
            self.index = Some(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = Some(format!("{value:?}")),
            #[cfg(tokio_unstable)]
            "task.name" => self.task = Some(format!("{value:?}")),
            _ => {}
        }
    }
}

fn record() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let subscriber = tracing_subscriber::registry().with(Record);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// The spans around the events with this message, without those of tokio. They must be the same on
/// each flavour.
#[track_caller]
fn spans_of(message: &str) -> Vec<String> {
    let events = events();
    let mut spans = events
        .iter()
        .filter(|(said, _)| said == message)
        .map(|(_, spans)| spans.iter().filter(|span| !span.starts_with("runtime.")))
        .map(|spans| spans.cloned().collect::<Vec<_>>());
    let first = spans.next().expect("the event has been recorded");
    assert_eq!(spans.next().as_ref(), Some(&first), "on the other flavour");
    first
}

async fn say(message: &str) -> Result<u8, String> {
    tokio::task::yield_now().await;
    info!("{message}");
    Ok(0)
}

/// Runs the call in a span `request`, on each flavour.
fn in_a_request(call: impl AsyncFn()) {
    record();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(call().instrument(info_span!("request")));
    }
}

#[test]
fn what_a_branch_logs_is_in_its_span_and_in_that_of_the_call() {
    let line = line!() + 2;
    in_a_request(async || {
        let _ = gather!(say("all 1"), async { say("all 2").await }).await;
        try_gather!(say("try 1"), say("try 2")).await.unwrap();
        let _ = gather_settled!(say("settled 1"), say("settled 2")).await;
    });
    assert_eq!(spans_of("all 1"), ["branch(say(\"all 1\"))", "request"]);
    let block = format!("branch(`async {{ .. }}` at {}:{line})", file!());
    assert_eq!(spans_of("all 2"), [block.as_str(), "request"]);
    assert_eq!(spans_of("try 2"), ["branch(say(\"try 2\"))", "request"]);
    assert_eq!(
        spans_of("settled 2"),
        ["branch(say(\"settled 2\"))", "request"]
    );
}

#[test]
fn the_branches_of_a_spread_have_its_name() {
    in_a_request(async || {
        let messages = ["spread 1", "spread 2"];
        let _ = gather!(..messages.map(say)).await;
    });
    for message in ["spread 1", "spread 2"] {
        assert_eq!(
            spans_of(message),
            ["branch(..messages.map(say))", "request"]
        );
    }
}

#[test]
fn a_branch_that_waited_for_its_place_is_in_the_span_of_the_call() {
    in_a_request(async || {
        let lazy = ["lazy 1", "lazy 2", "lazy 3"];
        let _ = gather!(limit = 1; say("first"), say("second"), ..lazy.map(say))
            .instrument_later()
            .await;
    });
    assert_eq!(spans_of("second"), ["branch(say(\"second\"))", "request"]);
    assert_eq!(spans_of("lazy 3"), ["branch(..lazy.map(say))", "request"]);
}

#[test]
fn what_an_iterator_logs_when_the_caller_pulls_it_is_in_the_span_of_the_call() {
    in_a_request(async || {
        let pulls = || {
            ["pull 1", "pull 2", "pull 3"].into_iter().map(|message| {
                info!("{message}");
                tokio::task::yield_now()
            })
        };
        gather!(limit = 3; ..pulls()).await;
        gather!(..pulls()).await;
    });
    for message in ["pull 1", "pull 2", "pull 3"] {
        let events = events();
        let all = events.iter().filter(|(said, _)| said == message);
        let spans: Vec<_> = all.map(|(_, spans)| spans.as_slice()).collect();
        assert_eq!(spans, [["request"]; 4], "{message}");
    }
}

#[test]
fn what_an_iterator_logs_in_the_first_pulls_is_in_the_span_of_the_call_though_branches_end() {
    const ROUNDS: usize = 200;
    in_a_request(async || {
        for _ in 0..ROUNDS {
            let pulls = (0..4).map(|_| {
                info!("an early pull");
                std::future::ready(())
            });
            gather!(limit = 4; ..pulls).await;
        }
    });
    let events = events();
    let all = events.iter().filter(|(said, _)| said == "an early pull");
    let spans: Vec<_> = all.map(|(_, spans)| spans.as_slice()).collect();
    assert_eq!(spans.len(), 2 * 4 * ROUNDS);
    assert!(spans.iter().all(|spans| *spans == ["request"]));
}

/// Awaits the gather in another span, because only the place of the macro call counts.
trait InstrumentLater: IntoFuture + Sized {
    fn instrument_later(self) -> impl Future<Output = Self::Output> {
        self.into_future().instrument(info_span!("elsewhere"))
    }
}

impl<T> InstrumentLater for gather::Gather<T> {}

#[test]
fn a_branch_on_another_runtime_is_in_the_span_of_the_call() {
    let other = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let on = other.handle();
    in_a_request(async || {
        let _ = gather!(on = on; say("on another")).await;
    });
    assert_eq!(
        spans_of("on another"),
        ["branch(say(\"on another\"))", "request"]
    );
}

#[test]
fn a_field_names_the_span_of_its_branch() {
    struct Page {
        title: Result<u8, String>,
    }
    in_a_request(async || {
        let page = gather!(Page {
            title: say("a field")
        })
        .await;
        assert_eq!(page.title, Ok(0));
    });
    assert_eq!(spans_of("a field"), ["branch(title)", "request"]);
}

#[test]
fn a_span_says_which_branch_or_item_it_is_wherever_that_runs() {
    let said = |name: &str| {
        let branches = BRANCHES.lock().unwrap();
        for index in [0, 1] {
            let item = (String::from(name), index);
            let times = branches.iter().filter(|span| **span == item).count();
            assert_eq!(times, 2, "once on each flavour: {item:?}");
        }
    };
    macro_rules! test {
        ($name:ident; $($options:tt)*) => {
            in_a_request(async || {
                let $name = ["an item", "another item"];
                let _ = gather!($($options)* say("a branch"), $name: ..$name.map(say)).await;
            });
            said(stringify!($name));
        };
    }
    test!(of_their_own;);
    test!(limited; limit = 1;);
    test!(shared; tasks = 2;);
    test!(shared_and_limited; limit = 2, tasks = 1;);
    test!(in_place; here;);
    test!(in_place_and_limited; limit = 1, here;);
}

#[test]
fn a_gather_inside_a_branch_is_under_that_branch() {
    in_a_request(async || {
        let _ = gather!(outer: async { gather!(say("inner")).await }).await;
    });
    assert_eq!(
        spans_of("inner"),
        ["branch(say(\"inner\"))", "branch(outer)", "request"]
    );
}

#[test]
fn a_branch_that_is_stopped_is_dropped_in_its_span() {
    struct SaysGoodbye;

    impl Drop for SaysGoodbye {
        fn drop(&mut self) {
            info!("goodbye");
        }
    }

    async fn hang(_says: SaysGoodbye) {
        pending::<()>().await;
    }

    in_a_request(async || {
        let hangs = gather!(hang(SaysGoodbye));
        tokio::task::yield_now().await;
        assert!(hangs.abort().await.is_none());
    });
    assert_eq!(
        spans_of("goodbye"),
        ["branch(hang(SaysGoodbye))", "request"]
    );
}

#[test]
fn without_the_feature_there_is_no_tracing() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "-p", "gather", "-e", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    assert!(tree.contains("gather-core v"), "{tree}");
    assert!(!tree.contains("tracing"), "{tree}");
}

#[cfg(tokio_unstable)]
#[test]
fn a_task_has_the_name_of_its_branch() {
    in_a_request(async || {
        let _ = gather!(say("named")).await;
        let _ = gather!(..["in a spread"].map(say)).await;
        let _ = gather!(limit = 1; say("limited"), ..["lazy"].map(say)).await;
    });
    let tasks = TASKS.lock().unwrap();
    for name in [
        "say(\"named\") #0",
        "..[\"in a spread\"].map(say) #0",
        "say(\"limited\") #0",
        "..[\"lazy\"].map(say)",
    ] {
        assert!(tasks.iter().any(|task| task == name), "{name}: {tasks:?}");
    }
}
