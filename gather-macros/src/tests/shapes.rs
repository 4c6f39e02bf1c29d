//! The value has the shape in which the call is written.

use super::places::expands;
use crate::ast::Policy;

#[test]
fn a_tuple_struct_is_made_of_the_results() {
    expands(
        Policy::All,
        "limit = 2; Event::Loaded(a(), ..b)",
        r#"{
            let __limit: usize = 2;
            let __branch_0 = a();
            let __branch_1 = b;
            ::gather::rt::Group::new().limit(__limit).spawn(
                (
                    ::gather::rt::branch("a()", __branch_0),
                    ::gather::rt::lazy_spread("..b", __branch_1),
                ),
                |(__result_0, __result_1)| Event::Loaded(__result_0, __result_1)
            )
        }"#,
    );
}

#[test]
fn a_tuple_struct_may_have_one_value_and_none() {
    expands(
        Policy::All,
        "Pair::<u8>(..b)",
        r#"{
            let __branch_0 = b;
            ::gather::rt::Group::new().spawn(
                (::gather::rt::spread("..b", __branch_0),),
                |(__result_0,)| Pair::<u8>(__result_0)
            )
        }"#,
    );
    expands(Policy::All, "Pair()", "{ ::gather::Gather::ready(Pair()) }");
}

#[test]
fn a_branch_may_be_given_a_name_in_every_shape() {
    expands(
        Policy::All,
        "user: a(), pages: ..b, r#type: async { 1 }, one: c::d()",
        r#"{
            let __branch_0 = a();
            let __branch_1 = b;
            let __branch_2 = async { 1 };
            let __branch_3 = c::d();
            ::gather::rt::Group::new().spawn(
                (
                    ::gather::rt::branch("user", __branch_0),
                    ::gather::rt::spread("pages", __branch_1),
                    ::gather::rt::branch("type", __branch_2),
                    ::gather::rt::branch("one", __branch_3),
                ),
                |results| results
            )
        }"#,
    );
    expands(
        Policy::All,
        "here; pages: ..b",
        r#"{
            let __branch_0 = b;
            ::gather::rt::here::Group::new().join(
                ::gather::rt::here::spread("pages", __branch_0),
                |results| results
            )
        }"#,
    );
    expands(
        Policy::All,
        "[first: a(), second: b()]",
        r#"{
            let __branch_0 = a();
            let __branch_1 = b();
            ::gather::rt::Group::new().spawn(
                (
                    ::gather::rt::branch("first", __branch_0),
                    ::gather::rt::branch("second", __branch_1),
                ),
                #[allow(unreachable_code)]
                |(__result_0, __result_1)| [__result_0, __result_1]
            )
        }"#,
    );
    expands(
        Policy::All,
        "Pair(user: a(), b())",
        r#"{
            let __branch_0 = a();
            let __branch_1 = b();
            ::gather::rt::Group::new().spawn(
                (
                    ::gather::rt::branch("user", __branch_0),
                    ::gather::rt::branch("b()", __branch_1),
                ),
                |(__result_0, __result_1)| Pair(__result_0, __result_1)
            )
        }"#,
    );
}

#[test]
fn a_block_without_a_name_goes_by_its_line_too() {
    expands(
        Policy::All,
        "async move { 1 }, unsafe { a() }, ..{ let x = b; x }",
        r#"{
            let __branch_0 = async move { 1 };
            let __branch_1 = unsafe { a() };
            let __branch_2 = { let x = b; x };
            ::gather::rt::Group::new().spawn(
                (
                    ::gather::rt::branch(
                        ::core::concat!("`async move { .. }` at ", ::core::file!(), ":", ::core::line!()),
                        __branch_0
                    ),
                    ::gather::rt::branch(
                        ::core::concat!("`unsafe { .. }` at ", ::core::file!(), ":", ::core::line!()),
                        __branch_1
                    ),
                    ::gather::rt::spread(
                        ::core::concat!("`..{ .. }` at ", ::core::file!(), ":", ::core::line!()),
                        __branch_2
                    ),
                ),
                |results| results
            )
        }"#,
    );
}

#[test]
fn in_parentheses_it_is_a_branch() {
    expands(
        Policy::All,
        "(Pair(a()))",
        r#"{
            let __branch_0 = Pair(a());
            ::gather::rt::Group::new().spawn(
                (::gather::rt::branch("Pair(a())", __branch_0),),
                |results| results
            )
        }"#,
    );
}
