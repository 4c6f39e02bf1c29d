//! The shape you write is the shape you get, in each of the three macros.

use std::future::{Ready, ready};

use gather::{BranchError, Gather, gather, gather_settled, try_gather};

mod support {
    pub(crate) mod flavours;
}

use support::flavours::on_both_flavours;

type Fallible<T> = Result<T, &'static str>;
type Settled<T> = Result<T, BranchError>;

fn ok<T>(value: T) -> Ready<Fallible<T>> {
    ready(Ok(value))
}

#[test]
fn tuples_of_no_one_and_two_branches_with_and_without_a_trailing_comma() {
    on_both_flavours(|| async {
        let () = gather!().await;
        let one: (u8,) = gather!(ready(1)).await;
        let comma: (u8,) = gather!(ready(1),).await;
        assert_eq!((one, comma), ((1,), (1,)));
        let two: (u8, &str) = gather!(ready(1), ready("a")).await;
        let comma: (u8, &str) = gather!(ready(1), ready("a"),).await;
        assert_eq!((two, comma), ((1, "a"), (1, "a")));

        let (): () = try_gather!().await.unwrap_or_else(|never: ()| never);
        let one: Fallible<(u8,)> = try_gather!(ok(1)).await;
        let comma: Fallible<(u8,)> = try_gather!(ok(1),).await;
        let two: Fallible<(u8, &str)> = try_gather!(ok(1), ok("a"),).await;
        assert_eq!((one, comma, two), (Ok((1,)), Ok((1,)), Ok((1, "a"))));

        let () = gather_settled!().await;
        let (a,): (Settled<u8>,) = gather_settled!(ready(1)).await;
        let (b,): (Settled<u8>,) = gather_settled!(ready(1),).await;
        let (c, d): (Settled<u8>, Settled<&str>) = gather_settled!(ready(1), ready("a"),).await;
        assert_eq!(
            (a.unwrap(), b.unwrap(), c.unwrap(), d.unwrap()),
            (1, 1, 1, "a")
        );
    });
}

#[test]
fn a_spread_alone_is_a_vector_in_the_order_of_the_iterator() {
    on_both_flavours(|| async {
        let all: Vec<u32> = gather!(..(0..100).map(ready)).await;
        assert!(all.into_iter().eq(0..100));
        let all: Vec<u32> = gather!(limit = 3; ..(0..100).map(ready)).await;
        assert!(all.into_iter().eq(0..100));
        let none: Vec<u32> = gather!(..Vec::<Ready<u32>>::new(),).await;
        assert_eq!(none, []);
        let all: Fallible<Vec<u32>> = try_gather!(..vec![ok(1), ok(2)]).await;
        assert_eq!(all, Ok(vec![1, 2]));
        let all: Vec<Settled<u32>> = gather_settled!(..Some(ready(1))).await;
        assert_eq!(all.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [1]);
    });
}

#[test]
fn spreads_among_other_branches_are_vectors_in_their_places() {
    on_both_flavours(|| async {
        let all: (u8, Vec<u8>, Vec<&str>, u8) = gather!(
            ready(1),
            ..[ready(2), ready(3)],
            ..Some(ready("a")),
            ready(4)
        )
        .await;
        assert_eq!(all, (1, vec![2, 3], vec!["a"], 4));
        let two: (Vec<u8>, Vec<u8>) = gather!(..[ready(1)], ..None::<Ready<u8>>).await;
        assert_eq!(two, (vec![1], vec![]));
        let all: Fallible<(Vec<u8>, u8)> = try_gather!(..[ok(1), ok(2)], ok(3)).await;
        assert_eq!(all, Ok((vec![1, 2], 3)));
        let all: (Settled<u8>, Vec<Settled<u8>>) = gather_settled!(ready(1), ..[ready(2)]).await;
        assert_eq!((all.0.unwrap(), all.1.len()), (1, 1));
    });
}

#[derive(Debug, Default, PartialEq)]
struct Page<N = u8> {
    user: N,
    title: String,
    tags: Vec<u8>,
    hits: u64,
}

#[test]
fn a_struct_with_branches_spreads_shorthand_fields_and_a_base() {
    on_both_flavours(|| async {
        let expected = || Page {
            user: 1,
            title: "a".to_owned(),
            tags: vec![2, 3],
            hits: 4,
        };
        let user = ready(1);
        let page: Page = gather!(Page {
            user,
            title: ready("a".to_owned()),
            tags: ..[2, 3].map(ready),
            hits: ready(4),
        })
        .await;
        assert_eq!(page, expected());

        let base = Page {
            hits: 4,
            ..expected()
        };
        let page: Page = gather!(Page {
            tags: ..[ready(2), ready(3)],
            user: ready(1),
            ..base
        })
        .await;
        assert_eq!(page, expected());

        let user = ok(1);
        let page: Fallible<Page> = try_gather!(Page {
            user,
            hits: ok(4),
            ..expected()
        })
        .await;
        assert_eq!(page, Ok(expected()));

        let page: Page = gather!(limit = 1; Page { user: ready(1), ..expected() }).await;
        assert_eq!(page, expected());
    });
}

#[test]
fn a_struct_that_takes_the_outcomes_of_settled() {
    #[derive(Default)]
    struct Outcomes {
        user: Option<u8>,
        page: Option<Settled<u8>>,
    }
    struct Pair {
        user: Settled<u8>,
        tags: Vec<Settled<u8>>,
    }
    on_both_flavours(|| async {
        let pair: Pair = gather_settled!(Pair {
            user: ready(1),
            tags: ..[ready(2)]
        })
        .await;
        assert_eq!((pair.user.unwrap(), pair.tags.len()), (1, 1));
        let outcomes = Outcomes {
            user: Some(1),
            page: None,
        };
        let outcomes: Outcomes = gather!(Outcomes {
            page: async { Some(gather_settled!(ready(1_u8)).await.0) },
            ..outcomes
        })
        .await;
        assert_eq!(
            (outcomes.user, outcomes.page.unwrap().unwrap()),
            (Some(1), 1)
        );
    });
}

mod shop {
    #[derive(Debug, PartialEq)]
    pub(crate) enum Event<T> {
        Paid { by: T, sum: u32 },
    }

    #[derive(Debug, PartialEq)]
    pub(crate) struct Point<T>(pub(crate) T, pub(crate) u8);

    #[derive(Debug, PartialEq)]
    pub(crate) struct Unit;
}

#[test]
fn generic_structs_enum_variants_and_numbered_fields() {
    on_both_flavours(|| async {
        let page = gather!(Page::<&str> {
            user: ready("me"),
            ..Page::<&str>::default()
        });
        assert_eq!(page.await.user, "me");
        let paid = gather!(shop::Event::Paid {
            by: ready("me"),
            sum: ready(3)
        });
        assert_eq!(paid.await, shop::Event::Paid { by: "me", sum: 3 });
        let paid = try_gather!(shop::Event::<u8>::Paid {
            by: ok(1),
            sum: ok(3)
        });
        assert_eq!(paid.await, Ok(shop::Event::Paid { by: 1, sum: 3 }));
        let point = gather!(shop::Point {
            1: ready(2),
            0: ready("x")
        });
        assert_eq!(point.await, shop::Point("x", 2));
        let unit = gather!(shop::Unit {});
        assert_eq!(unit.await, shop::Unit);
    });
}

#[test]
fn tuple_structs_and_variants_alone_in_the_call() {
    #[derive(Debug, PartialEq)]
    enum Event<T> {
        Loaded(T, Vec<u8>),
        Empty(),
    }
    on_both_flavours(|| async {
        let point: Gather<shop::Point<&str>> = gather!(shop::Point(ready("x"), ready(2)));
        assert_eq!(point.await, shop::Point("x", 2));
        let loaded = try_gather!(limit = 1; Event::<u8>::Loaded(ok(1), ..[ok(2), ok(3)],),);
        assert_eq!(loaded.await, Ok(Event::Loaded(1, vec![2, 3])));
        let settled: Option<Settled<u8>> = gather_settled!(Some(ready(1))).await;
        assert!(matches!(settled, Some(Ok(1))));
        assert_eq!(gather!(Event::<u8>::Empty()).await, Event::Empty());
        assert_eq!(gather!(Some(ready(1))).await, Some(1));
        let failed: Fallible<Option<u8>> = try_gather!(Some(ready(Err("no")))).await;
        assert_eq!(failed, Err("no"));
        assert_eq!(
            gather!(gather!(Some(ready(1))), ready(2)).await,
            (Some(1), 2)
        );
    });
}

#[test]
fn a_tuple_struct_that_is_itself_a_future_goes_in_parentheses_or_among_others() {
    struct Request(u8);
    impl IntoFuture for Request {
        type Output = u8;
        type IntoFuture = Ready<u8>;
        fn into_future(self) -> Ready<u8> {
            ready(self.0)
        }
    }
    on_both_flavours(|| async {
        assert_eq!(gather!((Request(1))).await, (1,));
        assert_eq!(gather!(Request(1), Request(2)).await, (1, 2));
        assert_eq!(gather!(..[Request(1)]).await, [1]);
        assert_eq!(gather!([Request(1)]).await, [1]);
    });
}

#[test]
fn a_struct_literal_that_is_itself_a_future_goes_in_parentheses() {
    struct Request {
        path: &'static str,
    }
    impl IntoFuture for Request {
        type Output = usize;
        type IntoFuture = Ready<usize>;
        fn into_future(self) -> Ready<usize> {
            ready(self.path.len())
        }
    }
    on_both_flavours(|| async {
        assert_eq!(gather!((Request { path: "/a" })).await, (2,));
        assert_eq!(
            gather!((Request { path: "/a" }), (Request { path: "" })).await,
            (2, 0)
        );
    });
}

#[test]
fn arrays() {
    on_both_flavours(|| async {
        let all: [u8; 2] = gather!([ready(1), ready(2)]).await;
        let comma: [u8; 1] = gather!([ready(1),],).await;
        let none: [u8; 0] = gather!([]).await;
        assert_eq!((all, comma, none), ([1, 2], [1], []));
        let all: Fallible<[u8; 2]> = try_gather!([ok(1), ok(2)]).await;
        assert_eq!(all, Ok([1, 2]));
        let all: [Settled<u8>; 2] = gather_settled!([ready(1), ready(2)]).await;
        assert_eq!(all.map(Result::unwrap), [1, 2]);
        let all: [u8; 3] = gather!(limit = 1; [ready(1), ready(2), ready(3)]).await;
        assert_eq!(all, [1, 2, 3]);
    });
}

#[test]
fn calls_nest() {
    on_both_flavours(|| async {
        let nested: ((u8, u8), u8) = gather!(gather!(ready(1), ready(2)), ready(3)).await;
        assert_eq!(nested, ((1, 2), 3));
        let nested: ([u8; 1], Vec<(u8,)>) =
            gather!(gather!([ready(1)]), ..(0..2).map(|n| gather!(ready(n)))).await;
        assert_eq!(nested, ([1], vec![(0,), (1,)]));
        let nested: Fallible<((u8,), Vec<u8>)> = try_gather!(try_gather!(ok(1)), ..[ok(2)]).await;
        assert_eq!(nested, Ok(((1,), vec![2])));
        let (nested,): (Settled<(Settled<u8>,)>,) =
            gather_settled!(gather_settled!(ready(1))).await;
        assert_eq!(nested.unwrap().0.unwrap(), 1);
        let kept: Gather<Fallible<(u8,)>> = try_gather!(ok(1));
        assert_eq!(gather!(kept).await, (Ok((1,)),));
    });
}
