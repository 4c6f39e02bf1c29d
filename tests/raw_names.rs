//! Fields and functions whose names are keywords, written with `r#`.

use std::future::ready;

use gather::{gather, gather_settled, try_gather};

async fn r#match() -> u8 {
    2
}

#[derive(Debug, PartialEq)]
struct Token {
    r#type: u8,
    r#match: u8,
    r#in: Vec<u8>,
}

#[tokio::test]
async fn a_field_with_a_raw_name_takes_a_branch_a_spread_or_the_shorthand() {
    let r#match = r#match();
    let token = gather!(Token {
        r#type: ready(1),
        r#match,
        r#in: ..[ready(3)],
    });
    let expected = Token {
        r#type: 1,
        r#match: 2,
        r#in: vec![3],
    };
    assert_eq!(token.await, expected);
}

#[tokio::test]
async fn a_function_or_a_variable_with_a_raw_name_is_a_branch() {
    let r#in = [r#match()];
    assert_eq!(gather!(r#match(), ..r#in).await, (2, vec![2]));
    assert_eq!(
        try_gather!(async { Ok::<_, ()>(r#match().await) }).await,
        Ok((2,))
    );
}

#[tokio::test]
async fn an_error_names_the_field_without_the_prefix() {
    struct Settled {
        r#type: Result<u8, gather::BranchError>,
    }
    let settled = gather_settled!(Settled {
        r#type: async { std::future::pending().await }
    });
    let settled = settled.abort().await.unwrap();
    assert_eq!(settled.r#type.unwrap_err().name(), "type");
}

#[tokio::test]
async fn a_field_may_have_the_name_of_a_keyword_of_any_edition() {
    #[derive(Debug, Default, PartialEq)]
    struct Words {
        r#gen: u8,
        r#try: u8,
        r#dyn: u8,
        r#async: u8,
        union: u8,
        auto: u8,
        r#yield: u8,
    }
    let r#try = ready(2);
    let words = gather!(Words {
        r#gen: ready(1),
        r#try,
        r#dyn: ready(3),
        r#async: ready(4),
        union: ready(5),
        auto: ready(6),
        ..Words::default()
    });
    let expected = Words {
        r#gen: 1,
        r#try: 2,
        r#dyn: 3,
        r#async: 4,
        union: 5,
        auto: 6,
        r#yield: 0,
    };
    assert_eq!(words.await, expected);
}
