//! Where the branches run: the expansion of each option.

use quote::quote;

use crate::ast::Policy;

/// Compares without spaces, which differ between tokens and sources.
#[track_caller]
pub(super) fn expands(policy: Policy, call: &str, expansion: &str) {
    let tokens: proc_macro2::TokenStream = call.parse().expect("it is made of tokens");
    let found = crate::expanded(policy, quote!([::gather] #tokens)).to_string();
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    // As rustfmt writes it: without a trailing comma.
    let expected = squeezed(expansion).replace(",)", ")").replace(",}", "}");
    let found = squeezed(&found).replace(",)", ")").replace(",}", "}");
    assert_eq!(found, expected, "{call}");
}

#[test]
fn here_is_a_module_of_its_own_and_a_join() {
    expands(
        Policy::All,
        "here, limit = 3; self.user(id), ..ids.iter().map(f)",
        r#"{
            let __limit: usize = 3;
            let __branch_0 = self.user(id);
            let __branch_1 = ids.iter().map(f);
            ::gather::rt::here::Group::new().limit(__limit).join(
                (
                    ::gather::rt::here::branch("self.user(id)", __branch_0),
                    ::gather::rt::here::spread("..ids.iter().map(f)", __branch_1),
                ),
                |results| results
            )
        }"#,
    );
}

#[test]
fn a_lone_spread_here_is_pulled_later_and_so_a_variable() {
    expands(
        Policy::Settled,
        "here; ..futures()",
        r#"{
            let __branch_0 = futures();
            ::gather::rt::here::Group::settled().join(
                ::gather::rt::here::spread("..futures()", __branch_0),
                |results| results
            )
        }"#,
    );
}

#[test]
fn here_takes_the_error_type_and_the_base() {
    expands(
        Policy::FailFast,
        "error = E, here; Page { user: a(), ..base() }",
        r#"{
            let __branch_0 = a();
            let __base = base();
            ::gather::rt::here::Group::fail_fast_into::<E>().join(
                (
                    ::gather::rt::here::branch("user", __branch_0),
                    ::gather::rt::here::base(__base),
                ),
                |(__result_0, __base)| Page { user: __result_0, ..__base }
            )
        }"#,
    );
}

#[test]
fn catch_is_set_first_wherever_it_is_written() {
    expands(
        Policy::FailFast,
        "limit = 3, tasks = 2, catch, error = E; a()",
        r#"{
            let __limit: usize = 3;
            let __tasks: usize = 2;
            let __branch_0 = a();
            ::gather::rt::Group::fail_fast_into::<E>().catch().tasks(__tasks).limit(__limit).spawn(
                (::gather::rt::branch("a()", __branch_0)),
                |results| results
            )
        }"#,
    );
    expands(
        Policy::FailFast,
        "here, catch; a()",
        r#"{
            let __branch_0 = a();
            ::gather::rt::here::Group::fail_fast().catch().join(
                (::gather::rt::here::branch("a()", __branch_0)),
                |results| results
            )
        }"#,
    );
}

#[test]
fn without_branches_there_is_a_future_here_and_a_gather_elsewhere() {
    expands(Policy::All, "here;", "{ ::gather::rt::here::ready(()) }");
    expands(
        Policy::FailFast,
        "here;",
        "{ ::gather::rt::here::ready(::core::result::Result::Ok(())) }",
    );
    expands(
        Policy::FailFast,
        "catch;",
        "{ ::gather::Gather::ready(::core::result::Result::Ok(())) }",
    );
    expands(
        Policy::All,
        "here; Page {}",
        "{ ::gather::rt::here::ready(Page {}) }",
    );
    expands(
        Policy::All,
        "here, limit = n;",
        "{
            let __limit: usize = n;
            ::gather::rt::here::Group::new().limit(__limit).join((), |results| results)
        }",
    );
    expands(
        Policy::All,
        "tasks = n;",
        "{
            let __tasks: usize = n;
            ::gather::rt::Group::new().tasks(__tasks).spawn((), |results| results)
        }",
    );
}

#[test]
fn tasks_are_evaluated_as_written_and_set_first() {
    expands(
        Policy::All,
        "on = h, limit = 3, tasks = n(); a(), ..b",
        r#"{
            let __on = ::gather::rt::on(h);
            let __limit: usize = 3;
            let __tasks: usize = n();
            let __entered = __on.enter();
            let __branch_0 = a();
            let __branch_1 = b;
            ::gather::rt::Group::new().tasks(__tasks).on(&__on).limit(__limit).spawn(
                (
                    ::gather::rt::branch("a()", __branch_0),
                    ::gather::rt::lazy_spread("..b", __branch_1),
                ),
                |results| results
            )
        }"#,
    );
}

#[test]
fn a_lone_spread_over_tasks_is_pulled_where_it_stands_unless_there_is_a_limit() {
    expands(
        Policy::FailFast,
        "tasks = 2; ..b()",
        r#"{
            let __tasks: usize = 2;
            let __gather: ::gather::Gather<_> = ::gather::rt::Group::fail_fast()
                .tasks(__tasks)
                .spawn(::gather::rt::spread("..b()", b()), |results| results);
            __gather
        }"#,
    );
    expands(
        Policy::FailFast,
        "limit = 1, tasks = 2; ..b()",
        r#"{
            let __limit: usize = 1;
            let __tasks: usize = 2;
            let __branch_0 = b();
            ::gather::rt::Group::fail_fast()
                .tasks(__tasks)
                .limit(__limit)
                .spawn(::gather::rt::lazy_spread("..b()", __branch_0), |results| results)
        }"#,
    );
}

#[test]
fn a_branch_may_be_called_as_an_option_is() {
    expands(
        Policy::FailFast,
        "catch(), catch",
        r#"{
            let __branch_0 = catch();
            let __branch_1 = catch;
            ::gather::rt::Group::fail_fast().spawn(
                (
                    ::gather::rt::branch("catch()", __branch_0),
                    ::gather::rt::branch("catch", __branch_1),
                ),
                |results| results
            )
        }"#,
    );
    expands(
        Policy::All,
        "here, b()",
        r#"{
            let __branch_0 = here;
            let __branch_1 = b();
            ::gather::rt::Group::new().spawn(
                (
                    ::gather::rt::branch("here", __branch_0),
                    ::gather::rt::branch("b()", __branch_1),
                ),
                |results| results
            )
        }"#,
    );
}

#[test]
fn each_has_a_module_of_its_own_and_starts() {
    expands(
        Policy::Each,
        "limit = 3; fetch(1), ..ids.map(fetch)",
        r#"{
            let __limit: usize = 3;
            let __branch_0 = fetch(1);
            let __branch_1 = ids.map(fetch);
            ::gather::rt::Group::each().limit(__limit).start(
                (
                    ::gather::rt::each::branch("fetch(1)", __branch_0),
                    ::gather::rt::each::lazy_spread("..ids.map(fetch)", __branch_1),
                )
            )
        }"#,
    );
    expands(
        Policy::Each,
        "..ids().iter().map(fetch)",
        r#"{
            let __each: ::gather::Each<_> = ::gather::rt::Group::each().start(
                ::gather::rt::each::spread("..ids().iter().map(fetch)", ids().iter().map(fetch))
            );
            __each
        }"#,
    );
    expands(Policy::Each, "", "{ ::gather::Each::empty() }");
}

#[test]
fn each_here_is_a_stream() {
    expands(
        Policy::Each,
        "here; self.user(id), ..ids.iter().map(f)",
        r#"{
            let __branch_0 = self.user(id);
            let __branch_1 = ids.iter().map(f);
            ::gather::rt::here::Group::each().stream(
                (
                    ::gather::rt::each::here::branch("self.user(id)", __branch_0),
                    ::gather::rt::each::here::spread("..ids.iter().map(f)", __branch_1),
                )
            )
        }"#,
    );
    expands(
        Policy::Each,
        "here;",
        "{ ::gather::rt::each::here::empty() }",
    );
}
