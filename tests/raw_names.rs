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
