//! `here`: ten joins in the style of real projects, whose branches borrow from the
//! code that awaits them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::num::ParseIntError;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Mutex;
use std::time::Duration;

use gather::{BranchError, gather, gather_settled, try_gather};
use tokio::time::{Instant, sleep, timeout};

mod support {
    pub(crate) mod flavours;
}

use support::flavours::on_both_flavours;

/// A client with a table of answers. It stands for a database or HTTP client that is
/// passed by reference.
struct Client {
    answers: HashMap<u32, String>,
}

impl Client {
    fn new() -> Self {
        let answers = (1..=5).map(|id| (id, format!("answer {id}"))).collect();
        Client { answers }
    }

    async fn get(&self, id: u32) -> Result<&str, NotFound> {
        sleep(Duration::from_millis(10)).await;
        self.answers
            .get(&id)
            .map(String::as_str)
            .ok_or(NotFound(id))
    }
}

#[derive(Debug, PartialEq)]
struct NotFound(u32);

#[derive(Debug, PartialEq)]
enum Failure {
    NotFound(NotFound),
    Number(ParseIntError),
}

impl From<NotFound> for Failure {
    fn from(error: NotFound) -> Self {
        Failure::NotFound(error)
    }
}

impl From<ParseIntError> for Failure {
    fn from(error: ParseIntError) -> Self {
        Failure::Number(error)
    }
}

#[derive(Debug, PartialEq)]
struct Page<'a> {
    title: &'a str,
    related: Vec<&'a str>,
    views: u32,
}

struct Service {
    client: Client,
    views: Mutex<u32>,
}

impl Service {
    fn new() -> Self {
        Service {
            client: Client::new(),
            views: Mutex::new(6),
        }
    }

    async fn title(&self, id: u32) -> Result<&str, NotFound> {
        self.client.get(id).await
    }

    async fn count_view(&self) -> Result<u32, ParseIntError> {
        *self.views.lock().unwrap() += 1;
        "7".parse()
    }

    // 1: methods of `&self`, two error types, a struct, and ids by reference.
    async fn page(&self, id: u32, related: &[u32]) -> Result<Page<'_>, Failure> {
        try_gather!(here, error = Failure; Page {
            title: self.title(id),
            related: ..related.iter().map(|id| self.title(*id)),
            views: self.count_view(),
        })
        .await
    }
}

#[test]
fn a_service_makes_a_page_of_its_own_methods() {
    on_both_flavours(|| async {
        let service = Service::new();
        let page = service.page(1, &[2, 3]).await;
        let related = vec!["answer 2", "answer 3"];
        let views = 7;
        assert_eq!(
            page,
            Ok(Page {
                title: "answer 1",
                related,
                views
            })
        );
        assert_eq!(
            service.page(1, &[2, 9]).await,
            Err(Failure::NotFound(NotFound(9)))
        );
    });
}

#[test]
fn such_a_page_can_be_made_in_a_task_of_its_own() {
    on_both_flavours(|| async {
        let page = tokio::spawn(async { Service::new().page(1, &[]).await.map(|page| page.views) });
        assert_eq!(page.await.unwrap(), Ok(7));
    });
}

// 2: two calls with the same client by reference.
#[test]
fn two_calls_share_a_client_by_reference() {
    on_both_flavours(|| async {
        let client = Client::new();
        let (one, two) = try_gather!(here; client.get(1), client.get(2))
            .await
            .unwrap();
        assert_eq!((one, two), ("answer 1", "answer 2"));
    });
}

// 3: a slice of ids, at most two requests at a time.
#[test]
fn ids_are_fetched_by_reference_two_at_a_time() {
    on_both_flavours(|| async {
        let client = Client::new();
        let ids = [1, 2, 3, 4, 5];
        let all = try_gather!(here, limit = 2; ..ids.iter().map(|id| client.get(*id))).await;
        assert_eq!(all.unwrap().len(), 5);
    });
}

// 4: a future that is not `Send`, in a box.
#[test]
fn a_boxed_future_that_is_not_send_is_a_branch() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answers = async {
            let counter = Rc::new(Cell::new(1));
            let counts = Rc::clone(&counter);
            let boxed: Pin<Box<dyn Future<Output = u32>>> = Box::pin(async move {
                counts.set(counts.get() + 1);
                counts.get()
            });
            gather!(here; boxed, async { counter.get() }).await
        };
        assert_eq!(
            tokio::task::LocalSet::new().run_until(answers).await,
            (2, 2)
        );
    });
}

// 5: a timeout around the gather drops the branches on the spot.
#[tokio::test(start_paused = true)]
async fn a_timeout_around_it_drops_the_branches_then_and_there() {
    struct Sets<'a>(&'a RefCell<bool>);
    impl Drop for Sets<'_> {
        fn drop(&mut self) {
            *self.0.borrow_mut() = true;
        }
    }
    let dropped = RefCell::new(false);
    let slow = async {
        let _sets = Sets(&dropped);
        sleep(Duration::from_secs(60)).await;
    };
    let joined = gather!(here; slow, sleep(Duration::from_millis(1)));
    timeout(Duration::from_secs(1), joined).await.unwrap_err();
    assert!(*dropped.borrow());
}

// 6: the outcome of each branch.
#[test]
fn settled_tells_of_each_branch_that_borrows() {
    on_both_flavours(|| async {
        let client = Client::new();
        let check = |id: u32| {
            let client = &client;
            async move { client.get(id).await.unwrap().len() }
        };
        let all: Vec<Result<usize, BranchError>> = gather_settled!(here; ..[1, 9].map(check)).await;
        assert_eq!(*all[0].as_ref().unwrap(), 8);
        let error = all[1].as_ref().unwrap_err().to_string();
        assert!(
            error.starts_with("item 1 of `..[1, 9].map(check)` panicked: "),
            "{error}"
        );
    });
}

// 7: parts of one value, each borrowed mutably by one branch.
#[test]
fn branches_borrow_parts_of_a_value_mutably() {
    on_both_flavours(|| async {
        let mut counts = (0, vec![1, 2, 3]);
        let (number, list) = (&mut counts.0, &mut counts.1);
        gather!(here; async { *number += 1 }, async { list.push(4) }).await;
        assert_eq!(counts, (1, vec![1, 2, 3, 4]));
    });
}

// 8: nested, in arrays and in the tasks of another gather.
#[test]
fn it_nests_in_itself_and_in_branches_that_are_tasks() {
    on_both_flavours(|| async {
        let text = String::from("abc");
        let part = |n: usize| {
            let text = &text;
            async move { &text[n..] }
        };
        let nested = gather!(here; gather!(here; part(0), part(1)), gather!(here; [part(2)])).await;
        assert_eq!(nested, (("abc", "bc"), ["c"]));
        let task = async { gather!(here; async { 1 }, async { 2 }).await };
        assert_eq!(gather!(task, async { 3 }).await, ((1, 2), 3));
    });
}

// 9: values that exist already form the base of a struct.
#[test]
fn a_base_may_borrow_too() {
    on_both_flavours(|| async {
        let defaults = Page {
            title: "none",
            related: Vec::new(),
            views: 1,
        };
        let client = Client::new();
        let title = async { client.get(1).await.unwrap() };
        let page = gather!(here; Page { title, ..defaults }).await;
        assert_eq!((page.title, page.views), ("answer 1", 1));
    });
}

// 10: the branches wait at the same time, without a runtime's help.
#[tokio::test(start_paused = true)]
async fn branches_wait_together_and_not_one_after_the_other() {
    let start = Instant::now();
    let client = Client::new();
    try_gather!(here; client.get(1), ..(2..5).map(|id| client.get(id)))
        .await
        .unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(10));
    gather!(here;).await;
    assert_eq!(try_gather!(here, error = Failure;).await, Ok(()));
}
