//! Tests of the macros themselves. Outside a compiler, a test can only make an empty stream of the
//! compiler's tokens. That is not a call, because the crate `gather` puts the path to itself first.

use proc_macro::TokenStream;

#[test]
#[should_panic(expected = "hand on the path")]
fn gather_refuses_a_call_without_a_path() {
    crate::gather(TokenStream::new());
}

#[test]
#[should_panic(expected = "hand on the path")]
fn try_gather_refuses_a_call_without_a_path() {
    crate::try_gather(TokenStream::new());
}

#[test]
#[should_panic(expected = "hand on the path")]
fn gather_settled_refuses_a_call_without_a_path() {
    crate::gather_settled(TokenStream::new());
}

#[test]
#[should_panic(expected = "hand on the path")]
fn gather_each_refuses_a_call_without_a_path() {
    crate::gather_each(TokenStream::new());
}
