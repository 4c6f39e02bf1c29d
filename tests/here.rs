//! `here`: the branches run in the awaiting task, in every shape and with every option.

mod support {
    pub(crate) mod block_on;
}

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::num::ParseIntError;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use gather::{BranchError, gather, gather_settled, try_gather};
use support::block_on::block_on;

struct Shop {
    name: String,
    asked: Cell<u32>,
}

impl Shop {
    async fn user(&self, id: u32) -> String {
        self.asked.set(self.asked.get() + 1);
        format!("{} {id}", self.name)
    }

    async fn order(&self, id: u32) -> u32 {
        self.asked.set(self.asked.get() + 1);
        id * 10
    }
}

fn shop() -> Shop {
    Shop {
        name: String::from("Ada"),
        asked: Cell::new(0),
    }
}

async fn parse(text: &str) -> Result<u32, ParseIntError> {
    text.parse()
}

#[derive(Debug, Default, PartialEq)]
struct Page<'a> {
    user: String,
    orders: Vec<u32>,
    title: &'a str,
}

#[derive(Debug, PartialEq)]
struct Pair<'a>(&'a str, Vec<u32>);

#[derive(Debug, PartialEq)]
enum Error {
    Number(ParseIntError),
    Text(std::str::Utf8Error),
}

impl From<ParseIntError> for Error {
    fn from(error: ParseIntError) -> Self {
        Error::Number(error)
    }
}

impl From<std::str::Utf8Error> for Error {
    fn from(error: std::str::Utf8Error) -> Self {
        Error::Text(error)
    }
}

#[test]
fn branches_borrow_in_every_shape() {
    let shop = shop();
    let ids = [1, 2, 3];
    block_on(async {
        let orders = || ids.iter().map(|id| shop.order(*id));
        assert_eq!(
            gather!(here; shop.user(7), shop.order(7), ..orders()).await,
            (String::from("Ada 7"), 70, vec![10, 20, 30])
        );
        assert_eq!(gather!(here; ..orders()).await, [10, 20, 30]);
        assert_eq!(gather!(here; shop.order(1)).await, (10,));
        assert_eq!(
            gather!(here; [shop.order(1), shop.order(2)]).await,
            [10, 20]
        );
        let title = shop.name.as_str();
        let base = Page {
            title,
            ..Page::default()
        };
        assert_eq!(
            gather!(here; Page { user: shop.user(7), orders: ..orders(), ..base }).await,
            Page {
                user: String::from("Ada 7"),
                orders: vec![10, 20, 30],
                title
            }
        );
        assert_eq!(
            gather!(here; Pair(async { title }, ..orders())).await,
            Pair(title, vec![10, 20, 30])
        );
        assert_eq!(
            gather!(here; gather!(here; shop.order(1)), shop.order(2)).await,
            ((10,), 20)
        );
        gather!(here;).await;
        gather_settled!(here;).await;
        let nothing: Result<(), Error> = try_gather!(here;).await;
        assert_eq!(nothing, Ok(()));
        let nothing: Result<(), Error> = try_gather!(here, error = Error, limit = 1;).await;
        assert_eq!(nothing, Ok(()));
    });
}

#[test]
fn options_apply() {
    let shop = shop();
    block_on(async {
        let most = Cell::new(0);
        let running = Cell::new(0);
        let work = |id| {
            let (most, running) = (&most, &running);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                yield_once().await;
                running.set(running.get() - 1);
                id
            }
        };
        let limit = 3;
        let ids: Vec<u32> = gather!(limit = limit, here; ..(0..20).map(work)).await;
        assert_eq!(ids, (0..20).collect::<Vec<_>>());
        assert_eq!(most.get(), 3);

        let bytes = b"7";
        let parsed: Result<(u32, &str, String), Error> = try_gather!(
            here, error = Error;
            parse(&shop.name),
            async { std::str::from_utf8(bytes) },
            async { Ok::<_, ParseIntError>(shop.user(7).await) },
        )
        .await;
        assert!(matches!(parsed, Err(Error::Number(_))), "{parsed:?}");
    });
}

async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[test]
fn the_first_error_drops_the_others_and_a_panic_stays_in_its_place() {
    struct Counts(Rc<Cell<u32>>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let dropped = Rc::new(Cell::new(0));
    block_on(async {
        let counts = Counts(Rc::clone(&dropped));
        let failed = try_gather!(
            here;
            async move {
                let _counts = counts;
                pending::<Result<u32, ParseIntError>>().await
            },
            parse("x"),
        )
        .await;
        assert!(failed.is_err());
        assert_eq!(dropped.get(), 1);

        let shared = RefCell::new(3);
        let (value, panicked): (Result<u32, BranchError>, Result<u32, BranchError>) =
            gather_settled!(here; async { *shared.borrow() }, async { panic!("no") }).await;
        assert_eq!(value.expect("it returned"), 3);
        assert!(panicked.expect_err("it panicked").is_panic());
    });
}

#[test]
fn the_future_is_send_where_its_branches_are() {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let text = String::from("7");
    let parsed = block_on(is_send(try_gather!(here; parse(&text), ..[parse(&text)])));
    assert_eq!(parsed, Ok((7, vec![7])));
}

#[test]
fn expressions_are_evaluated_in_order_at_the_call_and_leaving_begins_nothing() {
    let told = RefCell::new(Vec::new());
    let tells = |name| {
        told.borrow_mut().push(name);
        let told = &told;
        async move { told.borrow_mut().push("runs") }
    };
    let gather = gather!(here; tells("first"), ..[tells("second")], tells("third"));
    assert_eq!(told.take(), ["first", "second", "third"]);
    block_on(gather);
    assert_eq!(told.take(), ["runs"; 3]);

    let leaves = || {
        let missing = None::<u32>;
        Some(block_on(
            gather!(here; tells("first"), { missing?; tells("never") }),
        ))
    };
    assert!(leaves().is_none());
    assert_eq!(told.take(), ["first"]);
}

#[test]
fn a_wait_by_reference_that_was_dropped_can_be_tried_again() {
    let mut gather = pin!(gather!(here; yield_once(), async { 7 }));
    let mut nobody = Context::from_waker(Waker::noop());
    let mut waits = Box::pin(async { gather.as_mut().await });
    assert!(waits.as_mut().poll(&mut nobody).is_pending());
    drop(waits);
    assert_eq!(block_on(gather.as_mut()), ((), 7));
}

#[test]
fn an_iterator_and_a_drop_may_run_another_gather() {
    struct Gathers;
    impl Drop for Gathers {
        fn drop(&mut self) {
            assert_eq!(block_on(gather!(here; async { 1 })), (1,));
        }
    }
    let branches = (0..3).map(|n| {
        assert_eq!(block_on(gather!(here; ..[async { n }])), [n]);
        let gathers = Gathers;
        async move {
            yield_once().await;
            drop(gathers);
            n
        }
    });
    assert_eq!(block_on(gather!(here, limit = 2; ..branches)), [0, 1, 2]);
}
