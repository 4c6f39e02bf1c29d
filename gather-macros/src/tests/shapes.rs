//! The value in the shape that is written.

use super::places::expands;
use crate::ast::Policy;

#[test]
fn a_tuple_struct_is_made_of_the_results() {
    expands(
        Policy::All,
        "limit = 2; Event::Loaded(a(), ..b)",
        r#"{
            let __limit = 2;
            let __branch_0 = a();
            let __branch_1 = b;
            ::gather::rt::Group::new().limit(__limit).spawn(
                (
                    ::gather::rt::branch("a()", __branch_0),
                    ::gather::rt::lazy_spread("..b", __branch_1),
                ),
                |(__branch_0, __branch_1)| Event::Loaded(__branch_0, __branch_1)
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
                |(__branch_0,)| Pair::<u8>(__branch_0)
            )
        }"#,
    );
    expands(Policy::All, "Pair()", "{ ::gather::Gather::ready(Pair()) }");
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
