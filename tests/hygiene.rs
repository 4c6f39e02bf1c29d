//! The caller's own names neither change what an expansion means nor collide with it, whatever the
//! macro and the place.

mod support {
    pub(crate) mod background;
    pub(crate) mod flavours;
    pub(crate) mod places;
}

use std::future::ready;

use gather::{gather, gather_each, gather_settled, try_gather};

use support::flavours::on_both_flavours;
use support::places::in_each_place;

#[test]
fn variables_that_an_expansion_could_have_of_its_own_are_the_callers() {
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (group, results, base, branch, branch_0, branch_1) = (1, 2, 3, 4, 5, 6);
                let branches = 12;
                let (ready_2, handle, shared, value, values) = (7, 8, 9, 10, 11);
                let all = gather!($($place)*
                    ready(group),
                    ready(results),
                    ready(branches),
                    ready(base),
                    ready(branch),
                    ready(branch_0),
                    async move { branch_1 },
                    ..[ready(ready_2), ready(handle)],
                    ready(shared),
                    ready(value),
                    ready(values)
                );
                let expected = (1, 2, 12, 3, 4, 5, 6, vec![7, 8], 9, 10, 11);
                assert_eq!(all.await, expected);

                let (group, results, base) = (ready(1), ready(2), ready(3));
                assert_eq!(gather!($($place)* group, results, base).await, (1, 2, 3));
                let (group, branches) = (ready(1), ready(2));
                assert_eq!(gather!($($place)* branches, group).await, (2, 1));
                let (branch_0, branch_1) = (ready(1), ready(2));
                assert_eq!(gather!($($place)* branch_1, branch_0).await, (2, 1));
                let (__branch_0, __branch_1) = (ready(1), ready(2));
                assert_eq!(gather!($($place)* __branch_1, __branch_0).await, (2, 1));
                let __gather = [ready(1)];
                assert_eq!(gather!($($place)* ..__gather).await, [1]);
                let (group, results) = ([ready(1)], [ready(2)]);
                assert_eq!(gather!($($place)* ..results, ..group).await, (vec![2], vec![1]));

                let (group, branches, branch, handle, shared, stream, each) = (1, 2, 3, 4, 5, 6, 7);
                let __branch_0 = 8;
                let mut results = gather_each!($($place)*
                    ready(group),
                    ready(branches),
                    ..[ready(branch), ready(handle)],
                    async move { shared },
                    ready(stream),
                    ..[ready(each)],
                    ready(__branch_0)
                );
                let mut sum = 0;
                while let Some((_, value)) = results.next().await {
                    sum += value;
                }
                assert_eq!(sum, 36);
            });
        };
    }
    in_each_place!(test);
    on_both_flavours(|| async {
        let (__limit, __on) = (1, tokio::runtime::Handle::current());
        let all = gather!(limit = __limit, on = __on; ready(__limit), ready(2));
        assert_eq!(all.await, (1, 2));
    });
}

#[test]
fn fields_that_are_called_like_the_variables_of_an_expansion_are_the_callers() {
    #[derive(Debug, Default, PartialEq)]
    struct Names {
        group: u8,
        results: u8,
        base: u8,
        branch_0: u8,
    }
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let (group, base) = (ready(1), ready(3));
                let default = Names::default();
                let names = gather!($($place)* Names {
                    group,
                    results: ready(2),
                    base,
                    ..default
                });
                let expected = Names {
                    group: 1,
                    results: 2,
                    base: 3,
                    branch_0: 0,
                };
                assert_eq!(names.await, expected);
            });
        };
    }
    in_each_place!(test);
}

#[test]
fn options_take_the_callers_variables_of_their_own_names() {
    on_both_flavours(|| async {
        let limit = 1;
        let on = tokio::runtime::Handle::current();
        assert_eq!(gather!(limit = limit, on = on; ready(limit)).await, (1,));
        let group = 1;
        let results = tokio::runtime::Handle::current();
        assert_eq!(
            gather!(limit = group, on = &results; ready(group)).await,
            (1,)
        );
    });
}

#[test]
fn constants_and_functions_of_any_name_are_the_callers() {
    const COUNT: usize = 3;
    const VALUES: usize = 4;
    fn group(value: usize) -> std::future::Ready<usize> {
        ready(value)
    }
    use group as branches;
    use group as results;
    use group as branch;
    use group as spread;
    macro_rules! test {
        ($($place:tt)*) => {
            on_both_flavours(|| async {
                let all = gather!($($place)*
                    group(COUNT),
                    results(VALUES),
                    branches(6),
                    ..[branch(1)],
                    spread(2),
                    group(5)
                );
                assert_eq!(all.await, (3, 4, 6, vec![1], 2, 5));
            });
        };
    }
    in_each_place!(test);
    on_both_flavours(|| async {
        assert_eq!(gather!(limit = COUNT; group(1), group(COUNT)).await, (1, 3));
        assert_eq!(gather!(tasks = COUNT; group(1), group(COUNT)).await, (1, 3));
    });
}

/// Every prelude name that an expansion could use means something else here.
mod shadowed {
    #![allow(
        dead_code,
        non_camel_case_types,
        non_upper_case_globals,
        reason = "they only shadow"
    )]

    use ::gather::{
        gather as all, gather_each as one_by_one, gather_settled as settled, try_gather as fallible,
    };

    pub(super) struct Future;
    pub(super) struct Poll;
    pub(super) struct Pin;
    pub(super) struct Result;
    pub(super) struct Option;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) struct Send;
    pub(super) struct String;
    pub(super) struct Group;
    pub(super) struct Gather;
    pub(super) struct Branch;
    pub(super) struct Ok(pub(super) u8);
    pub(super) struct Err;
    pub(super) struct Some;
    pub(super) struct None;
    mod core {}
    mod std {}
    mod gather {}
    mod tokio {}
    mod gather_core {}
    mod result {}

    fn ready<T>(value: T) -> ::std::future::Ready<T> {
        ::std::future::ready(value)
    }

    #[test]
    fn names_of_the_prelude_and_of_crates_are_the_callers() {
        macro_rules! test {
            ($($place:tt)*) => {
                super::on_both_flavours(|| async {
                    let (a, b) = all!($($place)* ready(Ok(1)), ..[ready(2)]).await;
                    assert_eq!((a.0, b.len()), (1, 1));
                    let (c,) = settled!($($place)* ready(3)).await;
                    assert_eq!(c.unwrap(), 3);
                    let five = fallible!(
                        $($place)*
                        ready(::core::result::Result::Ok::<u8, ()>(4)),
                        ready(::core::result::Result::Ok(5))
                    );
                    assert_eq!(five.await.unwrap(), (4, 5));
                    let () = fallible!($($place)*).await.unwrap_or_else(|never: ()| never);
                    let () = all!($($place)*).await;
                    let mut each = one_by_one!($($place)* ready(6), ..[ready(7)]);
                    let mut sum = 0;
                    while let ::core::option::Option::Some((_, value)) = each.next().await {
                        sum += value;
                    }
                    assert_eq!(sum, 13);
                });
            };
        }
        super::in_each_place!(test);
        super::on_both_flavours(|| async {
            let one =
                fallible!(error = u8, limit = 1; ready(::core::result::Result::Err::<(), u8>(7)));
            assert_eq!(one.await.unwrap_err(), 7);
        });
    }
}

#[test]
fn a_question_mark_a_return_and_a_break_in_a_branch_are_the_callers() {
    async fn by_question_mark(value: Option<u8>) -> Option<(u8,)> {
        Some(gather!(ready(value?)).await)
    }
    async fn by_return(value: Option<u8>) -> u8 {
        let Ok((value,)) = try_gather!(async move {
            // Inside an `async` block, `return` leaves only the branch.
            let Some(value) = value else {
                return Err(());
            };
            Ok(value)
        })
        .await
        else {
            return 0;
        };
        value
    }
    async fn by_break(values: [Option<u8>; 2]) -> u8 {
        let mut sum = 0;
        for value in values {
            let (settled,) = gather_settled!(match value {
                Some(value) => ready(value),
                None => break,
            })
            .await;
            sum += settled.unwrap();
        }
        sum
    }
    on_both_flavours(|| async {
        assert_eq!(by_question_mark(Some(1)).await, Some((1,)));
        assert_eq!(by_question_mark(None).await, None);
        assert_eq!((by_return(Some(1)).await, by_return(None).await), (1, 0));
        assert_eq!(by_break([Some(1), Some(2)]).await, 3);
        assert_eq!(by_break([None, Some(2)]).await, 0);
    });
}

/// A method that a trait in scope has for every type must not take precedence over the methods that
/// an expansion calls.
trait Anything {
    fn spawn(&self) {}
    fn limit(&self) {}
    fn on(&self) {}
    fn tasks(&self) {}
    fn catch(&self) {}
    fn start(&self) {}
    fn join(&self) {}
    fn stream(&self) {}
}

impl<T> Anything for T {}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

#[test]
fn methods_that_the_caller_has_for_every_type_are_not_called() {
    on_both_flavours(|| async {
        let handle = tokio::runtime::Handle::current();
        let all = gather!(limit = 1, on = handle; ready(1), ..[ready(2)]);
        assert_eq!(all.await, (1, vec![2]));
        let (one, two) = gather_settled!(ready(1), ..[ready(2)]).await;
        assert_eq!((one.unwrap(), two.len()), (1, 1));
        let one = ready(Ok::<_, AnyError>(1));
        let all = try_gather!(tasks = 1, limit = 1, catch; one, ..[ready(Ok(2))]);
        assert_eq!(all.await.unwrap(), (1, vec![2]));
        assert_eq!(
            gather!(here, limit = 1; ready(1), ..[ready(2)]).await,
            (1, vec![2])
        );
        assert_eq!(gather_each!(tasks = 1; ready(1)).next().await, Some((0, 1)));
        assert_eq!(
            gather_each!(here, limit = 1; ready(1)).next().await,
            Some((0, 1))
        );
        let unused = 0;
        unused.spawn();
        unused.limit();
        unused.on();
        unused.tasks();
        unused.catch();
        unused.start();
        unused.join();
        unused.stream();
    });
}
