//! Generates the branches of a call in each shape, and what the shape makes of their results.

use crate::branch::{function_of, future};
use crate::call::{Around, DEPTH, Policy, Typed, outcome};
use crate::choices::Choices;

const KEYS: [[&str; 2]; 3] = [
    ["7_u8", "u8"],
    ["\"key\"", "&'static str"],
    ["String::from(\"key\")", "String"],
];

/// The numbers of branches. A tuple of more than 16 nests in the expansion.
const WIDTHS: [usize; 8] = [1, 2, 3, 2, 1, 4, 0, 18];

/// The branches of a call in some shape.
pub(crate) fn shaped(
    choices: &mut Choices,
    around: Around,
    policy: Policy,
    is_pulled_at_once: bool,
) -> Typed {
    if policy == Policy::Each {
        return of_one_type(choices, around);
    }
    let part = |choices: &mut Choices| part(choices, around, policy);
    match choices.below(9) {
        0 | 1 => tuple(choices, around, policy),
        2 => {
            let spread = if is_pulled_at_once && choices.rarely(3) {
                borrowing(choices, around, policy)
            } else {
                spread(choices, around, policy)
            };
            Typed {
                ty: spread.ty.clone(),
                text: listed(choices, vec![spread]),
            }
        }
        3 => array(choices, around, policy),
        4 => {
            let part = part(choices);
            Typed {
                ty: format!("One<{}>", part.ty),
                text: format!("One({})", listed(choices, vec![part])),
            }
        }
        5 | 6 => structure(choices, around, part),
        _ => pair(choices, part),
    }
}

fn tuple(choices: &mut Choices, around: Around, policy: Policy) -> Typed {
    let width = around.width(*choices.one_of(&WIDTHS));
    let parts: Vec<Typed> = match width {
        // A spread alone is a shape of its own.
        1 => vec![one(choices, around, policy)],
        _ => (0..width).map(|_| part(choices, around, policy)).collect(),
    };
    let types: String = parts.iter().map(|part| part.ty.clone() + ", ").collect();
    Typed {
        text: listed(choices, parts),
        ty: format!("({types})"),
    }
}

fn array(choices: &mut Choices, around: Around, policy: Policy) -> Typed {
    let width = around.width(choices.below(4));
    let element = one(choices, around.later(), policy);
    let ty = format!("[{}; {width}]", element.ty);
    let text = listed(choices, vec![element; width]);
    Typed {
        text: format!("[{text}]"),
        ty,
    }
}

fn structure(choices: &mut Choices, around: Around, part: impl Fn(&mut Choices) -> Typed) -> Typed {
    let [
        Typed { text: a, ty: first },
        Typed {
            text: b,
            ty: second,
        },
    ] = [part(choices), part(choices)];
    let ty = format!("Page<{first}, {second}>");
    let path = path(choices, "Page", &ty);
    let base = *choices.one_of(&["base()", "(base())", "yes().then(base).unwrap()"]);
    let fields = match choices.below(4) {
        0 => format!("first: {a}, second: {b}"),
        1 => format!("second: {b}, first: {a},"),
        2 if around.depth == DEPTH => format!("..{base}"),
        _ => format!("first: {a}, ..{base}"),
    };
    Typed {
        text: format!("{path} {{ {fields} }}"),
        ty,
    }
}

fn pair(choices: &mut Choices, part: impl Fn(&mut Choices) -> Typed) -> Typed {
    let parts = vec![part(choices), part(choices)];
    let ty = format!("Pair<{}, {}>", parts[0].ty, parts[1].ty);
    let path = path(choices, "Pair", &ty);
    let text = if choices.rarely(3) {
        format!("{path} {{ 0: {}, 1: {} }}", parts[0].text, parts[1].text)
    } else {
        format!("{path}({})", listed(choices, parts))
    };
    Typed { text, ty }
}

/// The path of a struct in an expression.
fn path(choices: &mut Choices, name: &str, ty: &str) -> String {
    match choices.below(3) {
        0 => String::from(name),
        1 => format!("crate::given::{name}"),
        _ => ty.replacen('<', "::<", 1),
    }
}

/// The branches of a `gather_each!`, and the type of its results.
fn of_one_type(choices: &mut Choices, around: Around) -> Typed {
    let around = around.later();
    let future = future(choices, around);
    let key = choices.rarely(3).then(|| *choices.one_of(&KEYS));
    let ty = match key {
        Some([_, key]) => format!("({key}, {})", future.ty),
        None => future.ty.clone(),
    };
    let width = around.width(*choices.one_of(&WIDTHS));
    let parts = (0..width).map(|_| Typed {
        text: match key {
            None if !choices.rarely(3) => future.text.clone(),
            _ => format!("..{}", iterator(choices, &future.text, key)),
        },
        ty: String::new(),
    });
    let parts = parts.collect();
    Typed {
        text: listed(choices, parts),
        ty,
    }
}

/// Parts between commas, some with names.
fn listed(choices: &mut Choices, parts: Vec<Typed>) -> String {
    let names = ["user: ", "r#type: ", "limit_of: "];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|Typed { text, .. }| {
            let name = if choices.rarely(4) {
                choices.one_of(&names)
            } else {
                ""
            };
            format!("{name}{text}")
        })
        .collect();
    let comma = if !parts.is_empty() && choices.rarely(2) {
        ","
    } else {
        ""
    };
    parts.join(", ") + comma
}

fn part(choices: &mut Choices, around: Around, policy: Policy) -> Typed {
    if choices.rarely(3) {
        spread(choices, around, policy)
    } else {
        one(choices, around, policy)
    }
}

fn one(choices: &mut Choices, around: Around, policy: Policy) -> Typed {
    let Typed { text, ty } = future(choices, around);
    let ty = outcome(policy, &ty);
    Typed { text, ty }
}

fn spread(choices: &mut Choices, around: Around, policy: Policy) -> Typed {
    if choices.rarely(4) {
        let (function, ty) = function_of(choices, around, "u8");
        let each = match function {
            "client.value" | "client.ok" => format!("|number| {function}(number)"),
            function => String::from(function),
        };
        return Typed {
            text: format!("..numbers().into_iter().map({each})"),
            ty: format!("Vec<{}>", outcome(policy, &ty)),
        };
    }
    let Typed { text, ty } = future(choices, around.later());
    let key = choices.rarely(3).then(|| *choices.one_of(&KEYS));
    let item = outcome(policy, &ty);
    Typed {
        text: format!("..{}", iterator(choices, &text, key)),
        ty: match key {
            Some([_, key]) => format!("Vec<({key}, {item})>"),
            None => format!("Vec<{item}>"),
        },
    }
}

/// A spread of a temporary. It is possible where the iterator is advanced at once, to its end.
fn borrowing(choices: &mut Choices, around: Around, policy: Policy) -> Typed {
    let (function, ty) = function_of(choices, around, "u8");
    Typed {
        text: format!("..numbers().iter().map(|number| {function}(*number))"),
        ty: format!("Vec<{}>", outcome(policy, &ty)),
    }
}

/// An iterator of this future, or of pairs with this key.
fn iterator(choices: &mut Choices, future: &str, key: Option<[&str; 2]>) -> String {
    let (item, maps) = match key {
        Some([key, _]) => (format!("({key}, {future})"), 2),
        None => (String::from(future), 0),
    };
    match choices.below(6 + maps) {
        0 => format!("(0..3).map(|_| {item})"),
        1 => format!("[{item}]"),
        2 => format!("vec![{item}]"),
        3 => format!("Some({item})"),
        4 => format!("std::iter::repeat_with(|| {item}).take(2)"),
        5 => format!("(0..3).filter(|number| number % 2 == 0).map(|_| {{ {item} }})"),
        6 => format!("HashMap::from([{item}])"),
        _ => format!("BTreeMap::from([{item}])"),
    }
}
