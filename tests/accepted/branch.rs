//! Generates single branches.

use crate::call::{Around, Typed, nested};
use crate::choices::Choices;

/// Expressions and their types.
const VALUES: [[&str; 2]; 5] = [
    ["1_u8", "u8"],
    ["\"a\"", "&'static str"],
    ["String::from(\"a\")", "String"],
    ["()", "()"],
    ["(1_u8, 'a')", "(u8, char)"],
];

/// What can be a branch, and the type of its value; without its error, if it must have one.
pub(crate) fn future(choices: &mut Choices, around: Around) -> Typed {
    if around.depth > 0 && choices.rarely(4) {
        return nested(choices, around);
    }
    let [value, ty] = *choices.one_of(&VALUES);
    let (function, ty) = function_of(choices, around, ty);
    let kinds = if around.is_evaluated { 13 } else { 10 };
    let text = match choices.below(kinds) {
        0 | 1 => format!("{function}({value})"),
        2 => format!("async {{ {function}({value}).await }}"),
        3 => format!("async move {{ {function}({value}).await }}"),
        4 => format!("Box::pin({function}({value}))"),
        5 => format!("request({function}({value}))"),
        6 => format!("({function}({value}))"),
        7 => format!("{{ let given = {value}; {function}(given) }}"),
        8 => format!("if yes() {{ {function}({value}) }} else {{ {function}({value}) }}"),
        9 => format!("match yes() {{ _ => {function}({value}) }}"),
        10 => format!("{function}(value({value}).await)"),
        11 => format!("ready({function}({value}).await)"),
        _ => format!("{function}(parsed({value})?)"),
    };
    Typed { text, ty }
}

/// A function whose future may be a branch, and the type of the value, of which `ty` is a part.
pub(crate) fn function_of(
    choices: &mut Choices,
    around: Around,
    ty: &str,
) -> (&'static str, String) {
    let borrows = around.may_borrow && choices.rarely(3);
    if around.errors.is_empty() {
        return match (choices.rarely(3), borrows) {
            (false, false) => ("value", String::from(ty)),
            (false, true) => ("client.value", String::from(ty)),
            (true, false) => ("ok", format!("Result<{ty}, Failed>")),
            (true, true) => ("client.ok", format!("Result<{ty}, Failed>")),
        };
    }
    let error = *choices.one_of(around.errors);
    let function = match error {
        "Failed" if borrows => "client.ok",
        "Failed" => "ok",
        "Other" => "other",
        _ => "wide",
    };
    (function, String::from(ty))
}
