//! The expansion before an editor's cursor is the same with the cursor and without it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Policy;
use crate::cursor::MARKER;
use crate::expanded;

/// Calls, with a `|` at the cursor.
const WRITTEN: [&str; 23] = [
    "a(), conf|, b()",
    "a(), store.|, b()",
    "a(), store.or|, b()",
    "a(), store.or|(), b()",
    "a(), store.users[0].|",
    "a(), store?.|",
    "a(), !store.|",
    "a(), (store.|), b()",
    "a(), f(7, store.|), b()",
    "a(), async { let x = store.|; x }, b()",
    "a(), ..stores.|",
    "a(), ..stores.map(|store| store.|)",
    "a(), fetch(\"a text that is longer than what is kept of a branch\").or|",
    "[a(), store.|]",
    "Page { user: a(), orders: store.|, dark: b() }",
    "Page { user: a(), or|: b() }",
    "limit = sto|; a()",
    "store.|, f(.), b().await",
    "Pair(a(), store.|)",
    "Pair(a(), store.or|), ",
    "here; a(), store.|",
    "tasks = sto|; a()",
    "a(), user: store.|, b()",
];

fn expansion(call: &str) -> String {
    let call: TokenStream = call.parse().expect("it is made of tokens");
    expanded(Policy::All, quote!([::gather] #call)).to_string()
}

#[test]
fn what_is_before_the_cursor_is_the_same_with_a_marker_and_without() {
    for call in WRITTEN {
        let (before, behind) = call.rsplit_once('|').expect("the cursor is in it");
        let marked = expansion(&format!("{before}{MARKER}{behind}"));
        let (before_marker, _) = marked
            .split_once(MARKER)
            .expect("the expansion has the marker");
        let before_dot = before_marker.trim_end_matches([' ', '.']);
        let written = expansion(&format!("{before}{behind}"));
        assert!(
            written.starts_with(before_dot),
            "{call} expands to\n{written}\nand with the marker to\n{marked}"
        );
    }
}
