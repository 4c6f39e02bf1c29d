//! `gather_settled!`: each branch's own outcome, in its place.

use std::error::Error;
use std::future::{pending, ready};
use std::panic::panic_any;

use futures::FutureExt;
use gather::{BranchError, Gather, gather_settled};
use tokio::sync::watch;

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::background::in_the_background;
use support::flavours::on_both_flavours;
use support::until::until;

#[test]
fn values_are_ok_in_their_places() {
    on_both_flavours(|| async {
        type All = (
            Result<u8, BranchError>,
            Vec<Result<&'static str, BranchError>>,
            Result<Result<(), u32>, BranchError>,
        );
        let gather: Gather<All> = gather_settled!(
            ready(1),
            ..["a", "b"].map(ready),
            // An error of the user's own is a value like any other.
            ready(Err::<(), _>(7_u32)),
        );
        let (one, texts, failed) = gather.await;
        assert_eq!(one.unwrap(), 1);
        let texts: Vec<_> = texts.into_iter().map(Result::unwrap).collect();
        assert_eq!(texts, ["a", "b"]);
        assert_eq!(failed.unwrap(), Err(7));
    });
}

/// How a branch ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Value,
    Panic,
    Cancelled,
}

async fn end(ending: Ending) -> u8 {
    match ending {
        Ending::Value => 1,
        Ending::Panic => panic_any("boom"),
        Ending::Cancelled => pending().await,
    }
}

fn seen(outcome: Result<u8, BranchError>) -> Ending {
    match outcome {
        Ok(value) => {
            assert_eq!(value, 1);
            Ending::Value
        }
        Err(error) if error.is_panic() => {
            assert!(!error.is_cancelled());
            assert_eq!(error.into_panic().downcast_ref(), Some(&"boom"));
            Ending::Panic
        }
        Err(error) => {
            assert!(error.is_cancelled());
            Ending::Cancelled
        }
    }
}

#[test]
fn a_value_a_panic_and_a_cancellation_are_each_in_their_place_in_every_order() {
    use Ending::{Cancelled, Panic, Value};
    macro_rules! test {
        ($($limit:tt)*) => {
            on_both_flavours(|| async {
                for endings in [
                    [Value, Panic, Cancelled],
                    [Value, Cancelled, Panic],
                    [Panic, Value, Cancelled],
                    [Panic, Cancelled, Value],
                    [Cancelled, Value, Panic],
                    [Cancelled, Panic, Value],
                ] {
                    let [a, b, c] = endings;
                    let gather = gather_settled!($($limit)* end(a), ..[end(b)], end(c));
                    until(|| gather.progress().finished() == 2).await;
                    let (a, b, c) = gather.abort().await.unwrap();
                    let [b] = <[_; 1]>::try_from(b).unwrap();
                    assert_eq!([a, b, c].map(seen), endings);
                }
            });
        };
    }
    test!();
    test!(limit = 3;);
}

#[test]
fn a_panic_stops_no_sibling_and_is_not_resumed() {
    on_both_flavours(|| async {
        for panicking in 0..3 {
            let (release, released) = watch::channel(false);
            let branch = |at| {
                let mut released = released.clone();
                async move {
                    if at == panicking {
                        panic_any("boom");
                    }
                    released.wait_for(|released| *released).await.unwrap();
                    1
                }
            };
            let gather = gather_settled!(branch(0), branch(1), branch(2));
            until(|| gather.progress().finished() == 1).await;
            assert!(!gather.is_finished());
            release.send(true).unwrap();
            let (a, b, c) = gather.await;
            for (at, outcome) in [a, b, c].into_iter().enumerate() {
                let expected = if at == panicking {
                    Ending::Panic
                } else {
                    Ending::Value
                };
                assert_eq!(seen(outcome), expected);
            }
        }
    });
}

struct Url(&'static str);

async fn fetch(url: Url, _limit: Option<u32>) -> u8 {
    panic!("cannot fetch {}", url.0)
}

#[test]
fn an_error_knows_its_branch_by_its_source_text_and_its_place() {
    let line = line!() + 6;
    on_both_flavours(|| async move {
        let gather = gather_settled!(
            fetch(Url("a"), None),
            ready(1),
            ..vec![fetch(Url("b"), Some(1))],
            async { panic!("boom") }
        );
        let (a, _, mut b, c) = gather.await;
        let a = a.unwrap_err();
        assert_eq!((a.name(), a.index()), (r#"fetch(Url("a"), None)"#, 0));
        assert_eq!(
            a.to_string(),
            r#"branch 0, `fetch(Url("a"), None)`, panicked: cannot fetch a"#
        );
        let b = b.remove(0).unwrap_err();
        assert_eq!(b.name(), r#"..vec![fetch(Url("b"), Some(1))]"#);
        assert_eq!(b.index(), 0, "the place in the spread");
        assert_eq!(
            b.to_string(),
            r#"item 0 of `..vec![fetch(Url("b"), Some(1))]` panicked: cannot fetch b"#
        );
        let c = c.unwrap_err();
        let block = format!("`async {{ .. }}` at {}:{line}", file!());
        assert_eq!((c.name(), c.index()), (block.as_str(), 3));
        assert_eq!(c.to_string(), format!("branch 3, {block}, panicked: boom"));
    });
}

#[test]
fn an_error_knows_its_branch_by_the_name_that_it_was_given_in_any_shape() {
    struct Pair<A, B>(A, B);
    async fn boom() {
        panic!("boom")
    }
    let said = |user: Result<(), BranchError>, page: Result<(), BranchError>| {
        let (user, page) = (user.unwrap_err(), page.unwrap_err());
        assert_eq!((user.name(), user.index()), ("user", 0));
        assert_eq!((page.name(), page.index()), ("page", 1));
        assert_eq!(user.to_string(), "branch 0, `user`, panicked: boom");
    };
    on_both_flavours(|| async {
        let (user, page) = gather_settled!(user: boom(), page: boom()).await;
        said(user, page);
        let (user, page) = gather_settled!(limit = 1; user: boom(), page: boom()).await;
        said(user, page);
        let (user, page) = gather_settled!(tasks = 2; user: boom(), page: boom()).await;
        said(user, page);
        let (user, page) = gather_settled!(here; user: boom(), page: boom()).await;
        said(user, page);
        let [user, page] = gather_settled!([user: boom(), page: boom()]).await;
        said(user, page);
        let Pair(user, page) = gather_settled!(Pair(user: boom(), page: boom())).await;
        said(user, page);

        let pages = gather_settled!(pages: ..(0..2).map(|_| boom())).await;
        let error = pages.into_iter().nth(1).unwrap().unwrap_err();
        assert_eq!(error.to_string(), "item 1 of `pages` panicked: boom");
    });
}

#[test]
fn the_index_is_the_place_in_the_call_however_many_branches_a_spread_before_it_gives() {
    macro_rules! test {
        ($($limit:tt)*) => {
            on_both_flavours(|| async {
                for spread in 0..3 {
                    let gather = gather_settled!(
                        $($limit)* ready(0), ..Vec::<std::future::Ready<u8>>::new(), ..(0..spread).map(ready), end(Ending::Panic)
                    );
                    let (_, _, _, panicked) = gather.await;
                    assert_eq!(panicked.unwrap_err().index(), 3);
                }
            });
        };
    }
    test!();
    test!(limit = 2;);
}

#[test]
fn an_item_that_ends_while_the_gather_is_awaited_has_an_error_with_its_index() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                for late in 0..3 {
                    for is_aborted in [false, true] {
                        let (tell, told) = watch::channel(());
                        let item = move |index: usize| {
                            let mut told = told.clone();
                            async move {
                                if index == late {
                                    told.changed().await.unwrap();
                                    panic_any("boom");
                                }
                            }
                        };
                        let mut gather = gather_settled!($($place)* ..(0..3).map(item));
                        until(|| gather.progress().finished() == 2).await;
                        assert!((&mut gather).into_future().now_or_never().is_none());
                        let results = if is_aborted {
                            gather.abort().await.unwrap()
                        } else {
                            tell.send(()).unwrap();
                            gather.await
                        };
                        for (index, result) in results.into_iter().enumerate() {
                            let error = result.err();
                            assert_eq!(error.map(|error| error.index()), (index == late).then_some(late));
                        }
                    }
                }
            });
        };
    }
    in_the_background!(test);
}

#[derive(Debug)]
struct Page {
    user: Result<u8, BranchError>,
    kind: Result<u8, BranchError>,
    tags: Vec<Result<u8, BranchError>>,
}

#[test]
fn an_error_in_the_shape_of_a_struct_knows_its_branch_by_the_name_of_the_field() {
    on_both_flavours(|| async {
        let user = end(Ending::Panic);
        let page = gather_settled!(Page {
            kind: end(Ending::Panic),
            tags: ..[end(Ending::Panic), end(Ending::Panic)],
            user,
        });
        let mut page = page.await;
        let named = |error: &BranchError| (error.name(), error.index());
        assert_eq!(named(&page.kind.unwrap_err()), ("kind", 0));
        assert_eq!(named(&page.tags.pop().unwrap().unwrap_err()), ("tags", 1));
        assert_eq!(named(&page.tags.pop().unwrap().unwrap_err()), ("tags", 0));
        let user = page.user.unwrap_err();
        assert_eq!(user.to_string(), "branch 2, `user`, panicked: boom");
    });
}

#[test]
fn an_error_gives_the_payload_of_the_panic_and_says_when_there_is_none() {
    #[derive(Debug, PartialEq)]
    struct Payload(u8);
    async fn panics() -> u8 {
        panic_any(Payload(7))
    }
    on_both_flavours(|| async {
        let gather = gather_settled!(panics(), pending::<u8>());
        until(|| gather.progress().finished() == 1).await;
        let (panicked, cancelled) = gather.abort().await.unwrap();

        let panicked = panicked.unwrap_err();
        assert_eq!(panicked.to_string(), "branch 0, `panics()`, panicked");
        let payload = panicked.try_into_panic().unwrap();
        assert_eq!(payload.downcast_ref(), Some(&Payload(7)));

        let cancelled = cancelled.unwrap_err();
        assert_eq!(
            cancelled.to_string(),
            "branch 1, `pending::<u8>()`, was cancelled"
        );
        let cancelled = cancelled.try_into_panic().unwrap_err();
        let panic = tokio::spawn(async { drop(cancelled.into_panic()) })
            .await
            .unwrap_err();
        let message = panic.into_panic().downcast::<String>().unwrap();
        assert!(
            message.contains("branch 1, `pending::<u8>()`, was cancelled"),
            "{message}"
        );
    });
}

#[test]
fn an_error_is_an_error_to_others() {
    on_both_flavours(|| async {
        async fn fails() -> Result<(), Box<dyn Error + Send + Sync>> {
            gather_settled!(end(Ending::Panic)).await.0?;
            Ok(())
        }
        let error = fails().await.unwrap_err();
        assert!(error.source().is_none());
        let error = error.downcast::<BranchError>().unwrap();
        assert!(error.is_panic());
        let debug = format!("{error:?}");
        assert!(
            debug.contains("end(Ending::Panic)") && debug.contains("boom"),
            "{debug}"
        );
    });
}
