//! The feature `tracing` with a filter that leaves out the spans of this crate, as a service's
//! filter for its own crate does. A branch is then in the span of the call.

use std::future::pending;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use gather::{gather, gather_settled, try_gather};
use tokio::runtime::Builder;
use tokio::task::yield_now;
use tracing::field::{Field, Visit};
use tracing::{Event, Instrument, Subscriber, info, info_span};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The message of each event, and the spans around it, innermost first.
static EVENTS: Mutex<Vec<(String, Vec<&'static str>)>> = Mutex::new(Vec::new());

fn events() -> MutexGuard<'static, Vec<(String, Vec<&'static str>)>> {
    // One failed test must not make all others fail.
    EVENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Record;

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Record {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        let spans = context.event_scope(event).into_iter().flatten();
        let spans = spans.map(|span| span.name()).collect();
        events().push((message.0, spans));
    }
}

/// Runs the call in a span `request`, on each flavour, with a filter for this file alone.
fn in_a_request(call: impl AsyncFn()) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let own = filter_fn(|about| about.target().starts_with(module_path!()));
        let subscriber = tracing_subscriber::registry().with(own).with(Record);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(call().instrument(info_span!("request")));
    }
}

/// Asserts that on each flavour the event was in the caller's span and in no other.
#[track_caller]
fn assert_in_the_request(message: &str) {
    let events = events();
    let all = events.iter().filter(|(said, _)| said == message);
    let spans: Vec<_> = all.map(|(_, spans)| spans.as_slice()).collect();
    assert_eq!(spans, [["request"], ["request"]], "{message}");
}

async fn say(message: &str) -> Result<u8, String> {
    info!("{message}, at once");
    yield_now().await;
    info!("{message}");
    Ok(0)
}

#[test]
fn what_a_branch_logs_is_in_the_span_of_the_call() {
    in_a_request(async || {
        let _ = gather!(say("all")).await;
        try_gather!(say("try 1"), say("try 2")).await.unwrap();
        let _ = gather_settled!(say("settled")).await;
        let _ = gather!(..["spread 1", "spread 2"].map(say)).await;
    });
    for message in ["all", "try 1", "try 2", "settled", "spread 1", "spread 2"] {
        assert_in_the_request(message);
        assert_in_the_request(&format!("{message}, at once"));
    }
}

#[test]
fn so_is_what_a_branch_logs_that_waited_for_its_place() {
    in_a_request(async || {
        let lazy = ["lazy 1", "lazy 2", "lazy 3"];
        let gather = gather!(limit = 1; say("first"), say("second"), ..lazy.map(say));
        // Only the place of the macro call counts.
        let _ = gather
            .into_future()
            .instrument(info_span!("elsewhere"))
            .await;
    });
    for message in ["first", "second", "lazy 1", "lazy 2", "lazy 3"] {
        assert_in_the_request(message);
    }
}

#[test]
fn so_is_what_a_branch_logs_that_runs_elsewhere_or_in_another_branch() {
    let other = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap();
    let on = other.handle();
    in_a_request(async || {
        let _ = gather!(on = on; say("on another")).await;
        let _ = gather!(async { gather!(say("inner")).await }).await;
    });
    assert_in_the_request("on another");
    assert_in_the_request("inner");
}

#[test]
fn so_is_what_a_branch_logs_when_it_is_stopped() {
    struct SaysGoodbye(&'static str);

    impl Drop for SaysGoodbye {
        fn drop(&mut self) {
            info!("{}", self.0);
        }
    }

    async fn hang(_says: SaysGoodbye) {
        pending::<()>().await;
    }

    in_a_request(async || {
        let hangs = gather!(hang(SaysGoodbye("goodbye")));
        yield_now().await;
        assert!(hangs.abort().await.is_none());
        let hangs = gather!(limit = 1; ..["lazy goodbye"].map(|says| hang(SaysGoodbye(says))));
        yield_now().await;
        assert!(hangs.abort().await.is_none());
    });
    assert_in_the_request("goodbye");
    assert_in_the_request("lazy goodbye");
}
