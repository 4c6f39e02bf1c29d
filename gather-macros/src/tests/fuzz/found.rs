//! Failures found by these tests, or while they were written.

use super::calls::Call;
use super::{errors, expression, parts, squeezed};
use crate::ast::Policy;

fn expanded(text: &str) -> String {
    let call = Call {
        policy: Policy::FailFast,
        text: String::from(text),
    };
    expression(&call).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn expands_with(errors_expected: usize, text: &str, parts: &[&str]) {
    let expansion = expanded(text);
    assert_eq!(errors(&expansion), errors_expected, "{text}: {expansion}");
    for part in parts {
        assert!(expansion.contains(&squeezed(part)), "{text}: {expansion}");
    }
}

/// syn passes over it, and reports it after it has read everything else.
#[test]
fn what_is_left_over_in_a_group_is_an_error_of_that_branch() {
    for branch in ["a[b c]", "a as (u8 u8)", "a::<[u8 u8]>()", "<(a b)>::c()"] {
        expands_with(1, &format!("x(), {branch}, y()"), &["= x();", "= y();"]);
    }
    expands_with(1, "a::<[u8 u8]> { x: x(), y: y() }", &[]);
    expands_with(1, "Page { x: x(), ..base[a b] }", &["= x();"]);
    expands_with(1, "error = (u8 u8); x()", &["= x();"]);
    expands_with(1, "limit = a[b c], on = h; x()", &["on(h)", "= x();"]);
    expands_with(1, "limit = a[b c], x()", &["= x();"]);
}

#[test]
fn a_semicolon_before_a_function_that_is_called_like_an_option_is_an_error() {
    expands_with(1, "a(); limit()", &["= a();", "= limit();"]);
    expands_with(1, "a(); limits, b()", &["= a();", "= limits;", "= b();"]);
}

#[test]
fn a_mistake_among_fields_is_not_forgotten_at_the_base() {
    expands_with(1, "Page { a: a(), 7 + 1, ..base }", &["= a();"]);
    expands_with(1, "Page { ..base, ..base }", &[]);
}

#[test]
fn a_semicolon_in_an_array_leaves_its_branches() {
    expands_with(1, "[a(), b(); 3, c()]", &["= a();", "= b();", "= c();"]);
}

#[test]
fn a_fragment_of_a_macro_by_example_has_the_shape_that_it_is_written_in() {
    let direct = expanded("[a(), b()]");
    assert_eq!(expanded("invisible([a(), b()])"), direct);
    assert_eq!(expanded("invisible([a(), b()]),"), direct);
    let direct = expanded("Page { a: a(), ..base }");
    assert_eq!(expanded("invisible(Page { a: a(), ..base })"), direct);
    let direct = expanded("a(), ..b");
    assert_eq!(expanded("invisible(a()), invisible(..b)"), direct);
    assert_eq!(expanded("invisible(..b)"), expanded("..b"));
    expands_with(0, "invisible(..a).b()", &["branch("]);
}

#[test]
fn a_mistake_in_a_fragment_is_told() {
    for mistake in ["a().await", "|| a()", "(a(), b())", "0..3"] {
        expands_with(1, &format!("invisible({mistake}), b()"), &["= b();"]);
    }
}

#[test]
fn a_call_by_a_fragment_is_a_branch_and_a_path_does_not_go_on_behind_one() {
    expands_with(1, "invisible(Pair)::<u8>(a())", &[]);
    expands_with(0, "invisible(Pair)(a())", &["branch("]);
    expands_with(0, "invisible(Self)()", &["branch("]);
}

#[test]
fn an_attribute_in_a_fragment_before_a_struct_is_an_error() {
    expands_with(1, "invisible(#[cfg(a)]) Page { a: a() }", &[]);
}

#[test]
fn parentheses_around_a_base_are_dropped_like_those_around_a_branch() {
    expands_with(0, "Page { a: (a()), ..(base) }", &["= a();", "= base;"]);
}

#[test]
fn a_comma_alone_is_an_error() {
    expands_with(1, ",", &[]);
}

#[test]
fn a_capital_letter_makes_a_call_alone_a_shape() {
    for path in [
        "Pair",
        "page::Pair",
        "Pair::<u8, Vec<B, C>>",
        "Self",
        "r#Pair",
    ] {
        expands_with(
            0,
            &format!("{path}(a(), ..b, c()),"),
            &[
                "= a();",
                "= b;",
                "= c();",
                &format!("{path}(__result_0, __result_1, __result_2)"),
            ],
        );
    }
    for branch in [
        "pair(a())",
        "Pair::new(a())",
        "(Pair(a()))",
        "Pair(a()).run()",
        "Pair(a())()",
    ] {
        let whole = branch.trim_matches(['(', ')']);
        expands_with(0, branch, &[&format!("= {whole}")]);
    }
    expands_with(0, "Pair(a()), b()", &["= Pair(a());", "= b();"]);
    expands_with(0, "Pair(name: a()) invisible(,)", &["Pair(__result_0)"]);
    expands_with(0, "..Pair(a())", &["spread(\"..Pair(a())\", Pair(a()))"]);
    expands_with(
        0,
        "here; Pair()",
        &["::gather::rt::here::ready(::core::result::Result::Ok(Pair()))"],
    );
}

/// Too few arguments would be a second error.
#[test]
fn a_mistake_that_leaves_open_how_many_arguments_there_are_drops_the_tuple_struct() {
    for call in [
        "Pair(a(), limit = 3)",
        "Pair(a(), , b())",
        "Pair((a(), b()))",
    ] {
        let expansion = expanded(call);
        assert_eq!(errors(&expansion), 1, "{expansion}");
        assert!(!expansion.contains("Pair(__"), "{expansion}");
    }
    expands_with(
        1,
        "Pair(a(), b().await)",
        &["= a();", "Pair(__result_0,__result_1)"],
    );
}

/// The reference must not accept what the macro rejects.
#[test]
fn the_reference_finds_no_call_where_there_is_none() {
    for text in [
        "a() b()",
        "a(); b()",
        "limit = ; a()",
        "..",
        ", a()",
        "a => b",
    ] {
        let call = Call {
            policy: Policy::All,
            text: String::from(text),
        };
        assert!(parts(&call).is_err(), "{text}");
    }
}
