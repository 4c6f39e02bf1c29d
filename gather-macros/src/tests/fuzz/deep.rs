//! Calls that nest deeply. On the stack that rustc gives macros, parsing such a call could
//! overflow. Only rustc should say what is too deep for it.

use super::calls::Call;
use super::expander::with_room;
use super::{errors, expression, squeezed};
use crate::ast::Policy;

/// What nests: the beginning of a level, the innermost text, and the end of a level.
const NESTS: &[[&str; 3]] = &[
    ["( ", "a", ")"],
    ["{ ", "a", "}"],
    ["f( ", "a", ")"],
    ["[ ", "a", "]"],
    ["[ a; ", "a", "]"],
    ["a[ ", "a", "]"],
    ["async { ", "a", "}"],
    ["unsafe { ", "a", "}"],
    ["loop { ", "a;", "}"],
    ["'a: { ", "a", "}"],
    ["if a { ", "a", "} else { a }"],
    ["if a { a } else ", "{ a }", ""],
    ["if ", "a", "{ a }"],
    ["match a { _ => ", "a", "}"],
    ["match ", "a", "{ _ => a }"],
    ["Page { a: ", "a", "}"],
    ["{ let _ = ", "a", "; a }"],
    ["{ fn f() { ", "a", "} a }"],
    ["m!( ", "a", ")"],
    ["gather!( ", "a", ")"],
    ["invisible ( ", "a", ")"],
    ["! ", "a", ""],
    ["& ", "a", ""],
    ["&mut ", "a", ""],
    ["- ", "a", ""],
    ["* ", "a", ""],
    ["|| ", "a", ""],
    ["move |a| ", "a", ""],
    ["|| -> u8 { ", "a", "}"],
    ["async || ", "a", ""],
    ["return ", "a", ""],
    ["break 'a ", "a", ""],
    ["a = ", "a", ""],
    ["a + ", "a", ""],
    ["a && ", "a", ""],
    ["a as u8 + ", "a", ""],
    ["", "a", ".m()"],
    ["", "a", ".m(|a| a)"],
    ["", "a", ".await"],
    ["", "a", "?"],
    ["", "a", "()"],
    ["", "a", "[0]"],
    ["", "a", " as u8"],
];

/// The same for types.
const TYPES: &[[&str; 3]] = &[
    ["( ", "u8", ",)"],
    ["[ ", "u8", "]"],
    ["[ u8; { ", "u8", "} ]"],
    ["& ", "u8", ""],
    ["*const ", "u8", ""],
    ["Option< ", "u8", ">"],
    ["Map<u8, ", "u8", ">"],
    ["< ", "u8", " as a>::B"],
    ["fn( ", "u8", ")"],
    ["fn() -> ", "u8", ""],
    ["Box<dyn Fn( ", "u8", ")>"],
    ["impl Fn() -> ", "u8", ""],
    ["for<'a> fn(&'a ", "u8", ")"],
];

/// The same for patterns.
const PATTERNS: &[[&str; 3]] = &[
    ["( ", "_", ",)"],
    ["[ ", "_", "]"],
    ["& ", "_", ""],
    ["Some( ", "_", ")"],
    ["Page { a: ", "_", "}"],
    ["a @ ", "_", ""],
];

/// A few levels, as many as are parsed, just more, and more than rustc takes of most of these.
const DEPTHS: &[usize] = &[30, 62, 63, 64, 1500];

fn nested([begin, innermost, end]: [&str; 3], depth: usize) -> String {
    begin.repeat(depth) + innermost + &end.repeat(depth)
}

fn expanded(text: impl Into<String>) -> String {
    let call = Call {
        policy: Policy::FailFast,
        text: text.into(),
    };
    expression(&call).unwrap_or_else(|error| panic!("{error}"))
}

/// Expects the call to expand to all of `parts` without an error.
fn expands(text: impl Into<String>, parts: &[&str]) {
    let expansion = expanded(text);
    assert_eq!(errors(&expansion), 0, "{expansion}");
    for part in parts {
        let part = squeezed(part);
        assert!(expansion.contains(&part), "{part} is lost in {expansion}");
    }
}

fn each_depth(nests: &[[&str; 3]], expands: impl Fn(&str) + Sync) {
    for nest in nests {
        with_room(|| {
            for depth in DEPTHS {
                // An overflow ends the process; `--nocapture` shows where.
                eprintln!("{nest:?}, {depth} times");
                expands(&nested(*nest, *depth));
            }
        });
    }
}

#[test]
fn a_branch_nests_however_deeply_in_every_shape() {
    each_depth(NESTS, |deep| {
        let branch = format!("f({deep})");
        expands(
            format!("a::<B, C>(), {branch}, ..b, c()"),
            &["= a::<B, C>();", &branch, "= b;", "= c();"],
        );
        expands(format!("Page {{ a: b(), c: {branch} }}"), &["b()", &branch]);
        expands(format!("limit = 2; [a(), {branch}]"), &["a()", &branch]);
    });
}

#[test]
fn types_and_patterns_nest_however_deeply_too() {
    each_depth(TYPES, |deep| {
        for branch in [
            format!("f::<{deep}>()"),
            format!("f(a as {deep})"),
            format!("<{deep}>::f()"),
            format!("f(|a: {deep}| a)"),
        ] {
            expands(format!("a(), {branch}"), &["a()", &branch]);
        }
    });
    each_depth(PATTERNS, |deep| {
        for branch in [
            format!("f(|{deep}| a)"),
            format!("match a {{ {deep} => b() }}"),
            format!("async {{ let {deep} = a; }}"),
        ] {
            expands(format!("a(), {branch}"), &["a()", &branch]);
        }
    });
}

#[test]
fn the_values_of_options_nest_however_deeply_too() {
    each_depth(NESTS, |deep| {
        expands(
            format!("limit = {deep}, on = a::<B, C>({deep}); a(), ..b"),
            &[
                &format!("= {deep};"),
                &format!("on(a::<B, C>({deep}))"),
                "= a();",
                "= b;",
            ],
        );
    });
    each_depth(TYPES, |deep| {
        expands(
            format!("error = {deep}, limit = <{deep}>::f(); [a(), b()]"),
            &[
                &format!("fail_fast_into::<{deep}>()"),
                &format!("= <{deep}>::f();"),
                "= a();",
                "= b();",
            ],
        );
    });
}

#[test]
fn an_arm_as_of_a_select_nests_however_deeply_too() {
    each_depth(NESTS, |deep| {
        // rustc says what is wrong with it. Parsing it would overflow the stack.
        let _ = expression(&Call {
            policy: Policy::FailFast,
            text: format!("a(), b = f({deep}) => c()"),
        });
    });
}

#[test]
fn a_mistake_is_told_beside_an_option_that_nests_deeply() {
    let additions = nested(["1 + ", "1", ""], 66);
    let expansion = expanded(format!("limit = {additions}; a().await, b()"));
    assert_eq!(errors(&expansion), 1, "{expansion}");
}
