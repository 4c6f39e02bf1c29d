//! Every shape, with every option.

use gather::{Gather, gather};
use tokio::runtime::Handle;

use crate::branches::value;

/// Has a field of each kind.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// From one branch.
    pub user: u8,
    /// From a spread.
    pub posts: Vec<u16>,
    /// From neither.
    pub theme: Option<u32>,
}

/// Has fields without names.
#[derive(Clone, Debug, Default)]
pub struct Pair(pub u8, pub Vec<u8>);

/// Has no fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct Empty {}

/// None, one and some branches.
pub async fn tuples() -> u8 {
    let () = gather!().await;
    let () = gather!(limit = 1;).await;
    let (one,) = gather!(value(1_u8)).await;
    let (two,) = gather!(value(2_u8),).await;
    let (three, again) = gather!(value(3_u8), async move { one }).await;
    let (_character, _text) = gather!(value('c'), value("d"),).await;
    one + two + three + again
}

/// More branches than one tuple holds.
pub async fn wide() -> usize {
    let all = gather!(
        value(0),
        value(1),
        value(2),
        value(3),
        value(4),
        value(5),
        value(6),
        value(7),
        value(8),
        value(9),
        value(10),
        value(11),
        value(12),
        value(13),
        value(14),
        ..(0..15).map(value),
        value(16),
        value(17),
    );
    let (first, .., spread, _, last) = all.await;
    first + spread.len() + last
}

/// Spreads, alone and among others.
pub fn spreads(numbers: Vec<u8>) -> Gather<(u8, Vec<u8>, Vec<u8>, Vec<u16>)> {
    let _alone: Gather<Vec<u8>> = gather!(..numbers.clone().into_iter().map(value));
    let _comma: Gather<Vec<u8>> = gather!(..[value(1), value(2)],);
    gather!(
        value(1),
        ..numbers.into_iter().map(value),
        ..[value(2)],
        ..vec![value(3)]
    )
}

/// Arrays of none, one and some.
pub fn arrays() -> Gather<[u8; 3]> {
    let _none: Gather<[u8; 0]> = gather!([]);
    let _one: Gather<[u8; 1]> = gather!([value(1)]);
    let _comma: Gather<[u8; 2]> = gather!([value(1), value(2),],);
    gather!([value(1), value(2), value(3)])
}

/// Structs, with shorthand fields and with a base.
pub fn structs(page: Page) -> Gather<Page> {
    let _empty: Gather<Empty> = gather!(Empty {});
    let _pair: Gather<Pair> = gather!(Pair {
        0: value(1),
        1: ..[value(2)]
    });
    let _full: Gather<Page> = gather!(Page {
        user: value(1),
        posts: ..(1..9).map(value),
        theme: value(None),
    });
    let _base: Gather<Page> = gather!(Page {
        user: value(1),
        ..page
    });
    let _in_parentheses: Gather<Page> = gather!(Page {
        user: (value(1)),
        ..(Page::default())
    });
    let _only_base: Gather<Page> = gather!(Page { ..Page::default() });
    let user = value(1);
    let posts = [value(2)];
    gather!(Page {
        user,
        posts: ..posts,
        ..Page::default()
    })
}

/// Tuple structs, alone and as branches.
pub fn tuple_structs(numbers: Vec<u8>) -> Gather<Pair> {
    let _some: Gather<Option<u8>> = gather!(Some(value(1)));
    let _comma: Gather<Pair> = gather!(Pair(value(1), value(Vec::new())),);
    let _path: Gather<std::num::Wrapping<u8>> = gather!(std::num::Wrapping(value(1)));
    let _nested: Gather<(Pair, u8)> = gather!(gather!(Pair(value(1), ..[value(2)])), value(3));
    gather!(limit = 2; Pair(value(1), ..numbers.into_iter().map(value)))
}

/// Gathers in gathers.
pub fn nested() -> Gather<((u8, [u16; 2]), Page, Vec<(u8,)>)> {
    gather!(
        gather!(value(1), gather!([value(2), value(3)])),
        gather!(Page {
            user: value(1),
            posts: gather!(..[value(2)]),
            theme: async { gather!(value(None)).await.0 },
        }),
        ..(0..9).map(|number| gather!(value(number)))
    )
}

/// Every option, in every order.
pub fn options(limit: usize, on: Handle) -> Gather<(u8, Vec<u8>)> {
    let _limit: Gather<(u8,)> = gather!(limit = 2; value(1));
    let _on: Gather<(u8,)> = gather!(on = &on; value(1));
    let _both: Gather<[u8; 1]> = gather!(on = on.clone(), limit = limit + 1,; [value(1)]);
    let _shape: Gather<Page> = gather!(limit = limit; Page { user: value(1), ..Page::default() });
    let _lazy: Gather<Vec<u8>> = gather!(limit = 2; ..(0..9).map(value));
    let _one_task: Gather<(u8, u8)> = gather!(tasks = 1; value(1), value(2));
    let _tasks: Gather<Vec<u8>> = gather!(tasks = limit + 1, limit = limit; ..(0..9).map(value));
    let _all: Gather<[u8; 1]> = gather!(tasks = 2, limit = 2, on = &on; [value(1)]);
    gather!(limit = limit, on = on; value(1), ..[value(2)])
}

/// Branches of every kind of expression.
#[must_use]
pub fn expressions(maybe: Option<u8>) -> Option<Gather<(u8, u8, u8, u8, u8, u8, u8)>> {
    let boxed = Box::pin(value(1));
    let closure = |number: u8| value(number);
    Some(gather!(
        boxed,
        closure(2),
        value(maybe?),
        {
            let number = 4;
            value(number)
        },
        if maybe.is_some() { value(5) } else { value(6) },
        match maybe {
            Some(number) => value(number),
            None => return None,
        },
        async {
            let number = value(8_u8).await;
            number + 1
        },
    ))
}

/// The uses of the handle.
pub async fn handles() -> Option<(u8,)> {
    gather!(value(1)).detach();
    drop(gather!(value(2)));
    let mut waited = gather!(value(3));
    let (three,) = (&mut waited).await;
    let (four,) = gather!(value(4)).abort().await?;
    gather!(value(three + four)).try_result().ok()
}
