//! Every input expands to an expression, with one error for each mistake and with every branch that
//! is correct.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::ast::Policy;

/// A call, the number of its errors, and the branches that expand anyway.
const BROKEN: [(&str, usize, &[&str]); 143] = [
    ("a(), async move, b()", 1, &["a ()", "b ()"]),
    ("a(), foo., b()", 1, &["a ()", "foo [", "b ()"]),
    ("a(), f(foo.), b()", 1, &["a ()", "foo [", "b ()"]),
    ("a(), async { foo.; 3 }", 1, &["a ()", "foo ["]),
    ("a(), f(.), b()", 1, &["a ()", "b ()"]),
    ("a(), f(foo., bar.), b()", 1, &["a ()", "b ()"]),
    ("a() => b, c()", 1, &["a ()", "c ()"]),
    ("a() b(), c()", 1, &["a ()", "c ()"]),
    ("a(), , b()", 1, &["a ()", "b ()"]),
    (", a()", 1, &["a ()"]),
    ("a(), ..", 1, &["a ()"]),
    ("a(), .. .. x", 1, &["a ()"]),
    ("a(), ..foo.", 1, &["a ()", "this branch is incomplete"]),
    ("a(), ..= x", 1, &["a ()"]),
    ("a(), 1..2", 1, &["a ()"]),
    ("a().await, b().await?, c()", 2, &["c ()"]),
    ("(a().await), b()", 1, &["b ()"]),
    ("(a().await)?, b()", 1, &["b ()"]),
    ("x = a(), b()", 1, &["b ()"]),
    ("let x = a(), b()", 1, &["b ()"]),
    ("#[cfg(test)] a(), b()", 1, &["b ()"]),
    ("|| a(), b()", 1, &["b ()"]),
    ("async || a(), b()", 1, &["b ()"]),
    ("{ a(), b() }", 1, &[]),
    ("[a(); 3]", 1, &["a ()"]),
    ("[a(), ..b]", 1, &["a ()"]),
    ("limt = 3; a()", 1, &["a ()"]),
    ("limit = 0; a()", 1, &["a ()"]),
    ("limit = -1; a()", 1, &["a ()"]),
    ("return_exceptions: true, a()", 1, &["a ()"]),
    ("limit; a()", 1, &["a ()"]),
    ("limit =; a()", 1, &["a ()"]),
    ("limit = 1, limit = 2; a()", 1, &["a ()"]),
    ("limit = 1 on = h; a()", 1, &["a ()"]),
    ("limt, nope = 1; a()", 2, &["a ()"]),
    ("error = E; a()", 1, &["a ()"]),
    ("; a()", 1, &["a ()"]),
    ("a(); b()", 1, &["b ()"]),
    ("Page { user: a().await, posts: b() }", 1, &["b ()"]),
    ("Page { user: , posts: b() }", 1, &["b ()"]),
    ("Page { user: a() posts: b() }", 1, &["a ()"]),
    ("Page { user: a(), 7 + 1 }", 1, &["a ()"]),
    ("Page { ..base, user: a() }", 1, &["a ()"]),
    ("Page { user: a(), #[cfg(test)] posts: b() }", 1, &["a ()"]),
    ("a(), return_exceptions = true", 1, &["a ()"]),
    ("return_exceptions = true; a()", 1, &["a ()"]),
    ("for i in 0..3 { a(i) }, b()", 1, &["b ()"]),
    ("*a, b()", 1, &["b ()"]),
    ("here = true; a()", 1, &["here :: branch", "a ()"]),
    ("here: true; a()", 1, &["here :: branch", "a ()"]),
    ("here: true, a()", 1, &["a ()"]),
    ("here(); a()", 1, &["here :: branch", "a ()"]),
    ("here, here; a()", 1, &["here :: branch", "a ()"]),
    ("here, on = h; a()", 1, &["here :: branch", "a ()"]),
    ("on = h, here; a()", 1, &["here :: branch", "a ()"]),
    ("tasks = 2, here; a()", 1, &["here :: branch", "a ()"]),
    (
        "here, limit = 2, tasks = 2; a()",
        1,
        &["here :: branch", "a ()"],
    ),
    ("heer; a()", 1, &["here :: branch", "a ()"]),
    ("heer, limit = 3; a()", 1, &["here :: branch", "a ()"]),
    ("here a()", 1, &[]),
    ("here limit = 3; a()", 1, &["a ()"]),
    ("a(), here; b()", 1, &["a ()", "b ()"]),
    ("a(), here;", 1, &["a ()"]),
    ("a(); here", 1, &["a ()"]),
    ("a(); here;", 1, &["a ()"]),
    ("a(), here = true", 1, &["a ()"]),
    ("tasks; a()", 1, &["a ()"]),
    ("tasks = ; a()", 1, &["a ()"]),
    ("tasks = 0; a()", 1, &["a ()"]),
    ("tasks = -2; a()", 1, &["a ()"]),
    ("tasks = 1, tasks = 2; a()", 1, &["a ()"]),
    ("a(), tasks = 2", 1, &["a ()"]),
    ("a(); tasks = 2", 1, &["a ()"]),
    ("task = 2; a()", 1, &["a ()"]),
    ("task(); a()", 1, &["task ()", "a ()"]),
    ("user: a() b: b()", 1, &["a ()"]),
    ("user: , b()", 1, &["b ()"]),
    ("b(), user:", 1, &["b ()"]),
    ("user: a().await, b()", 1, &["b ()"]),
    ("user: name: a(), b()", 1, &["b ()"]),
    ("Page { user: name: a(), b: b() }", 1, &["b ()"]),
    ("a(), x; b()", 1, &["= a () ;", "= x ;", "= b () ;"]),
    ("a(), limit; b()", 1, &["= limit ;", "= b () ;"]),
    ("a(), catch; b()", 1, &["= catch ;", "= b () ;"]),
    ("limit::new(); a()", 1, &["= limit :: new () ;", "= a () ;"]),
    ("limit.get(); a()", 1, &["= limit . get () ;", "= a () ;"]),
    ("limit?; a()", 1, &["= limit ? ;", "= a () ;"]),
    ("limit!(); a()", 1, &["= limit ! () ;", "= a () ;"]),
    ("limit = (0); a()", 1, &["a ()"]),
    ("nope = 1; a()", 1, &[":: gather :: rt :: branch", "a ()"]),
    ("limit: n, a()", 1, &["a ()"]),
    ("limt: 3, a()", 1, &["a ()"]),
    ("page: Page { user: a() }", 1, &[]),
    ("#[cfg(test)] user: a(), b()", 1, &["b ()"]),
    ("x = a() => b, _ = c() => {}", 1, &["a ()", "c ()"]),
    ("x = a() => {} _ = c() => {}", 1, &["a ()"]),
    ("a(n) for n in 0..3", 1, &[]),
    ("[a(n) for n in 0..3]", 1, &[]),
    ("*[a(n) for n in b], c()", 1, &["c ()"]),
    ("biased; a()", 1, &["a ()"]),
    ("..x: b, a()", 1, &["a ()"]),
    ("(..b), a()", 1, &["a ()"]),
    ("b.., a()", 1, &["a ()"]),
    ("Page<u8> { user: a() }", 1, &[]),
    ("Page { ..x: b, user: a() }", 1, &["a ()"]),
    ("limit: 3; a()", 1, &["a ()"]),
    ("a(), timeout = 3", 1, &["a ()"]),
    (
        "limit = 2, Page { user: a() }",
        1,
        &["limit (__limit)", "user"],
    ),
    (
        "Page { user: a() }, limit = 2",
        1,
        &["limit (__limit)", "user"],
    ),
    (
        "limit = 2, here, [a(), b()]",
        1,
        &[":: here :: Group", "= a () ;"],
    ),
    (
        "limit = 2 a(), b()",
        1,
        &["limit (__limit)", "= a () ;", "= b () ;"],
    ),
    ("limit = 2 ..a", 1, &["limit (__limit)"]),
    ("here a(), b()", 1, &[":: here :: Group", "= a () ;"]),
    ("(a(), b()), (c(), d()), e()", 1, &["= e () ;"]),
    ("Page { head: (a(), b()), user: c() }", 1, &["= c () ;"]),
    (
        "Page { head: Head { a: a() }, user: c() }",
        1,
        &["= c () ;"],
    ),
    ("Page { head: { a: a() }, user: c() }", 1, &["= c () ;"]),
    ("\"user\": a(), b()", 1, &["= b () ;"]),
    ("1: a(), b()", 1, &["= b () ;"]),
    ("user => a(), b()", 1, &["= b () ;"]),
    ("..for a in b { c(a) }", 1, &[]),
    ("(limit = 2); a()", 1, &["limit", "a ()"]),
    (
        "[limit = 2, on = b]; a()",
        1,
        &["the brackets", ". on", "a ()"],
    ),
    ("local, limit = 2; a()", 1, &["limit", "a ()"]),
    ("2; ..a", 1, &["(\"..a\" , a)"]),
    ("..a; 2", 1, &["(\"..a\" , a"]),
    ("move; a()", 1, &["a ()"]),
    ("one; a()", 1, &["a ()"]),
    ("list = a(), b()", 1, &["b ()"]),
    ("workers: 3, a()", 1, &["a ()"]),
    ("(user, orders)", 1, &["directly in the call"]),
    ("(id, a())", 1, &["directly in the call"]),
    ("(1, a())", 1, &["with its key"]),
    ("(id, a()), b()", 1, &["with its key"]),
    ("(user, orders), b()", 1, &["make it a gather of its own"]),
    ("(&id, a()), b()", 1, &["with its key"]),
    ("a(), limt = 3", 1, &["(limit = 3; ..)"]),
    ("a(), limit = b()", 1, &["followed by a `;`"]),
    ("a(), max = b()", 1, &["not an assignment"]),
    ("a(), page = n", 1, &["not an assignment"]),
    ("io::Error; a()", 1, &["does not separate branches"]),
    ("error: E; a()", 1, &["set an option with `=`"]),
    (
        "catch: E; a()",
        1,
        &["`catch` is an option of `try_gather!`"],
    ),
];

/// The same for `try_gather!` alone.
const BROKEN_TRY: [(&str, usize, &[&str]); 16] = [
    ("catch = true; a()", 1, &["a ()"]),
    ("catch: true; a()", 1, &["a ()"]),
    ("catch: true, a()", 1, &["a ()"]),
    ("catch(); a()", 1, &["a ()"]),
    ("catch, catch; a()", 1, &[". catch ()", "a ()"]),
    ("cach; a()", 1, &["a ()"]),
    ("cathc, limit = 3; a()", 1, &["limit", "a ()"]),
    ("catch limit = 3; a()", 1, &["a ()"]),
    ("a(), catch; b()", 1, &["a ()", "b ()"]),
    ("a(), catch;", 1, &["a ()"]),
    ("a(); catch", 1, &["a ()"]),
    ("a(), catch = true", 1, &["a ()"]),
    ("match x { _ => a() }; b()", 1, &["a ()", "b ()"]),
    ("io::Error; a()", 1, &["fail_fast_into", "a ()"]),
    ("error = io::Result<()>; a()", 1, &["a ()"]),
    ("catch_unwind, error = E; a()", 1, &["a ()"]),
];

/// `catch` in the macros that have no such option.
const CATCH_ELSEWHERE: [(&str, usize, &[&str]); 5] = [
    ("catch; a()", 1, &["a ()"]),
    ("catch, limit = 3; a()", 1, &["limit", "a ()"]),
    ("catch = true; a()", 1, &["a ()"]),
    ("catch: true, a()", 1, &["a ()"]),
    ("a(), catch = true", 1, &["a ()"]),
];

/// Shapes in `gather_each!`, which has none.
const SHAPES_OF_EACH: [(&str, usize, &[&str]); 3] = [
    ("[a(), b()]", 1, &["a ()", "b ()"]),
    ("Page { user: a(), posts: b().await }", 2, &["a ()"]),
    ("Pair(a(), ..b)", 1, &["a ()", "..b"]),
];

fn expand(policy: Policy, call: &str) -> TokenStream {
    let call: TokenStream = call.parse().expect("it is made of tokens");
    crate::expanded(policy, quote!([::gather] #call))
}

#[test]
fn each_mistake_is_one_error_and_the_rest_expands() {
    let of_all = BROKEN.map(|broken| (Policy::All, broken));
    let of_try = BROKEN_TRY.map(|broken| (Policy::FailFast, broken));
    let elsewhere = [Policy::All, Policy::Settled]
        .into_iter()
        .flat_map(|policy| CATCH_ELSEWHERE.map(|broken| (policy, broken)));
    let of_each = SHAPES_OF_EACH.map(|broken| (Policy::Each, broken));
    let all = of_all.into_iter().chain(of_try).chain(elsewhere);
    for (policy, (call, errors, whole)) in all.chain(of_each) {
        let expansion = expand(policy, call);
        syn::parse2::<syn::Expr>(expansion.clone()).expect("the expansion is an expression");
        let text = expansion.to_token_stream().to_string();
        assert_eq!(
            text.matches("compile_error").count(),
            errors,
            "{call} expands to {text}"
        );
        for branch in whole {
            assert!(text.contains(branch), "{call} expands to {text}");
        }
    }
}

#[test]
fn a_whole_call_gives_no_error() {
    for call in [
        "",
        "a()",
        "a(),",
        "..a",
        "[a(), b(),]",
        "Page { user, posts: ..b, ..base }",
        "page::Page::<u8> { 0: a() },",
        "limit = n, on = &h; a(), ..b,",
        "list: \"a\".fetch(), one: 2.fetch()",
        "limit = 1,; a()",
        "limit = -n; a()",
        "limit = 1;",
        "(a().await)()",
        "client().await?.get()",
        "async { a().await }",
        "(Timer { seconds: 5 })",
        "[Timer { seconds: 5 }]",
        "(*boxed)",
        "a::<B, C>(), |_: &(), x| x",
        "here; a(), ..b",
        "here, limit = n; ..b",
        "here, b()",
        "here",
        "here(), b()",
        "a(), here",
        "tasks = n, limit = m, on = &h; a(), ..b",
        "tasks, b()",
        "catch; a(), ..b",
        "catch, error = E, here, limit = n; ..b",
        "catch, b()",
        "catch",
        "catch(), b()",
        "catch()",
        "catch.run()",
        "a(), catch",
        "Pair(a(), ..b)",
        "Pair(),",
        "user: a(), posts: ..b,",
        "one: a(), task: b(), limits: c()",
        "[user: a(), b()]",
        "Pair(user: a(), posts: ..b)",
        "here; user: async { 1 }",
    ] {
        let expected = usize::from(call.contains('|'));
        let text = expand(Policy::FailFast, call).to_string();
        assert_eq!(
            text.matches("compile_error").count(),
            expected,
            "{call} expands to {text}"
        );
    }
}

#[test]
fn a_branch_that_binds_its_value_is_told_where_the_value_comes_from() {
    for call in ["let x = a(), b()", "let x = a(); b()", "x = a(), b()"] {
        let tokens: TokenStream = call.parse().expect("it is made of tokens");
        let told = |policy, advice| {
            let expansion = crate::expanded(policy, quote!([::gather] #tokens)).to_string();
            assert!(expansion.contains(advice), "{call}: {expansion}");
        };
        told(Policy::All, "let (value,) = gather.await;");
        told(Policy::Each, "= each.next().await");
    }
}

#[track_caller]
fn is_told(call: &str, words: &str) {
    let expansion = expand(Policy::All, call).to_string();
    assert!(expansion.contains(words), "{call}: {expansion}");
}

#[test]
fn an_assignment_behind_a_branch_is_an_option_by_its_name_or_its_literal() {
    is_told("a(), concurrency = n", "did you mean `limit`?");
    is_told("a(), retries = 3", "there is no option `retries`");
    is_told("a(), user = b()", "an assignment");
}

#[test]
fn what_is_no_branch_and_stands_behind_no_comma_lacks_the_comma() {
    is_told("a() @ b, c()", "expected `,` between branches");
    is_told("a(), @ b, c()", "this branch is not an expression");
}

#[test]
fn where_a_branch_of_gather_each_may_be_none_the_rest_need_not_be_of_one_type() {
    let expansion = |call| expand(Policy::Each, call).to_string();
    assert!(expansion("a(), b()").contains("each :: "));
    assert!(!expansion("a(), b(), 1..2").contains("each :: "));
}
#[test]
fn branches_fail_with_what_they_like_where_the_error_is_the_mistake() {
    for (policy, call, is_free) in [
        (Policy::FailFast, "error: E; a()", true),
        (Policy::FailFast, "error =; a()", true),
        (Policy::FailFast, "eror = E; a()", true),
        (Policy::FailFast, "limt = 2; a()", false),
        (Policy::FailFast, "limit: 2; a()", false),
        (Policy::All, "error: E; a()", false),
        (Policy::All, "error = E; a()", false),
    ] {
        let text = expand(policy, call).to_string();
        assert_eq!(
            text.contains("let _ = { let __branch_0 = a () ; :: gather :: rt :: Group :: new ()"),
            is_free,
            "{call} expands to {text}"
        );
    }
}
