//! The macros themselves. Of a compiler's tokens a test has only the empty stream, which no call is: the
//! crate `gather` puts the path to itself in front.

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
