//! Generates functions with a call whose result has a known type.

use crate::choices::Choices;
use crate::shape;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    All,
    FailFast,
    Settled,
    Each,
}

const POLICIES: [Policy; 4] = [Policy::All, Policy::FailFast, Policy::Settled, Policy::Each];

/// Error types, each before those that it can be made of.
const ERRORS: [&[&str]; 3] = [
    &["Failed", "Other"],
    &["Other"],
    &["Wide", "Failed", "Other"],
];

/// How deeply calls nest.
pub(crate) const DEPTH: usize = 2;

/// What surrounds a call or a branch.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    /// How deeply calls may nest in it.
    pub(crate) depth: usize,
    /// Whether it may borrow, and need not be `Send`.
    pub(crate) may_borrow: bool,
    /// Whether it is a branch of a call with `here`.
    pub(crate) is_here: bool,
    /// Whether the function itself evaluates it, so that it may contain a `?` or an `.await`.
    pub(crate) is_evaluated: bool,
    /// The errors that a branch may have. If there are none, a branch need not be a `Result`.
    pub(crate) errors: &'static [&'static str],
}

impl Around {
    /// Of a call without branches, only its context tells what error it has; and inside another
    /// call, any error may do.
    pub(crate) fn width(self, width: usize) -> usize {
        width.max(usize::from(self.depth < DEPTH))
    }

    /// Around code that runs later, in a closure or in an `async` block.
    pub(crate) fn later(self) -> Self {
        Around {
            is_evaluated: false,
            ..self
        }
    }
}

/// A piece of code, and the type of its value.
#[derive(Clone)]
pub(crate) struct Typed {
    pub(crate) text: String,
    pub(crate) ty: String,
}

/// Each macro with each set of options that it has.
pub(crate) fn kinds() -> Vec<(Policy, Vec<&'static str>)> {
    let kinds = POLICIES.into_iter().flat_map(|policy| {
        let sets = (0..64).map(|set| {
            let names = ["limit", "here", "tasks", "on", "error", "catch"];
            let names = names.into_iter().enumerate();
            let names = names.filter(|(at, _)| set >> at & 1 == 1);
            (policy, names.map(|(_, name)| name).collect())
        });
        sets.collect::<Vec<(Policy, Vec<&str>)>>()
    });
    kinds
        .filter(|(policy, options)| {
            let has = |name| options.contains(&name);
            let clashes = has("here") && (has("tasks") || has("on"));
            let is_of_another = *policy != Policy::FailFast && (has("error") || has("catch"));
            !clashes && !is_of_another
        })
        .collect()
}

/// The parameter and the body of a function with such a call, in one line.
pub(crate) fn function(choices: &mut Choices, policy: Policy, options: &[&str]) -> String {
    let around = Around {
        depth: DEPTH,
        may_borrow: true,
        is_here: false,
        is_evaluated: true,
        errors: &[],
    };
    let errors = *choices.one_of(&ERRORS);
    let Typed { text, ty } = call(choices, around, policy, options, errors);
    let ty = result(policy, ty, errors[0]);
    let body = match (policy, options.contains(&"here")) {
        (Policy::Each, is_here) => {
            let handle = if is_here {
                String::new()
            } else {
                format!(": Each<{ty}>")
            };
            format!(
                "let mut each{handle} = {text}; let _: Option<(usize, {ty})> = each.next().await;"
            )
        }
        (_, true) => format!("let _: {ty} = {text}.await;"),
        (_, false) => format!("let handle: Gather<{ty}> = {text}; let _: {ty} = handle.await;"),
    };
    format!("(client: &Client) -> Result<(), Failed> {{ {body} Ok(()) }}")
}

/// A call, and the type of its result; of `gather_each!`, that of each result, and of `try_gather!`,
/// that without the error, which is the first of `errors`.
fn call(
    choices: &mut Choices,
    around: Around,
    policy: Policy,
    options: &[&str],
    errors: &'static [&'static str],
) -> Typed {
    let has = |name| options.contains(&name);
    let mut set: Vec<String> = options
        .iter()
        .map(|name| option(choices, around, name, errors[0]))
        .collect();
    choices.shuffle(&mut set);
    let mut before = set.join(", ");
    if !options.is_empty() {
        before += if choices.rarely(4) { ",; " } else { "; " };
    }
    let inner = Around {
        may_borrow: around.may_borrow && has("here"),
        is_here: has("here"),
        errors: match policy {
            Policy::FailFast if has("error") => errors,
            Policy::FailFast => &errors[..1],
            _ => &[],
        },
        ..around
    };
    let is_pulled_at_once = !has("limit") && !has("here");
    let Typed { text, ty } = shape::shaped(choices, inner, policy, is_pulled_at_once);
    let name = match policy {
        Policy::All => "gather",
        Policy::FailFast => "try_gather",
        Policy::Settled => "gather_settled",
        Policy::Each => "gather_each",
    };
    Typed {
        text: format!("{name}!({before}{text})"),
        ty,
    }
}

/// What awaiting a call returns, or what `next` returns with the index.
fn result(policy: Policy, ty: String, error: &str) -> String {
    match policy {
        Policy::FailFast => format!("Result<{ty}, {error}>"),
        _ => ty,
    }
}

/// What becomes of a branch, in the result of the call.
pub(crate) fn outcome(policy: Policy, ty: &str) -> String {
    match policy {
        Policy::Settled => format!("Result<{ty}, BranchError>"),
        _ => String::from(ty),
    }
}

fn option(choices: &mut Choices, around: Around, name: &str, error: &str) -> String {
    let numbers = ["2", "two()", "{ two() + 1 }", "value(2).await"];
    let numbers = &numbers[..if around.is_evaluated { 4 } else { 3 }];
    let value = match name {
        "error" => error,
        "on" => choices.one_of(&["handle()", "&handle()", "tokio::runtime::Handle::current()"]),
        "limit" | "tasks" => choices.one_of(numbers),
        word => return String::from(word),
    };
    format!("{name} = {value}")
}

/// A call as a branch.
pub(crate) fn nested(choices: &mut Choices, around: Around) -> Typed {
    let kinds = kinds();
    let (policy, options) = choices.one_of(&kinds);
    let of_a_branch = |errors: &&&[&str]| match around.errors {
        [] => true,
        allowed => allowed.contains(&errors[0]),
    };
    let errors: Vec<&[&str]> = ERRORS.iter().filter(of_a_branch).copied().collect();
    let errors = *choices.one_of(&errors);
    let is_fallible = !around.errors.is_empty();
    // In an `async` block that must be `Send`, rustc cannot compare a result with references with
    // itself, "one type is more general than the other", as with any future that stores what a
    // closure made of another's result.
    let is_stored = options.contains(&"here") && around.is_here && !around.may_borrow;
    let is_whole = match policy {
        Policy::Each => false,
        Policy::FailFast => !is_stored,
        Policy::All | Policy::Settled => !is_fallible && !is_stored,
    };
    let inner = Around {
        depth: around.depth - 1,
        is_evaluated: around.is_evaluated && is_whole,
        ..around
    };
    let Typed { text, ty } = call(choices, inner, *policy, options, errors);
    let ty = match policy {
        Policy::Each => format!("Option<(usize, {ty})>"),
        Policy::FailFast if is_fallible => ty,
        _ => result(*policy, ty, errors[0]),
    };
    if is_whole {
        return Typed { text, ty };
    }
    let mut value = match policy {
        Policy::Each => format!("{{ let mut each = {text}; each.next().await }}"),
        _ => format!("{text}.await"),
    };
    if is_fallible && *policy != Policy::FailFast {
        value = format!("Ok::<_, {}>({value})", errors[0]);
    }
    Typed {
        text: format!("async move {{ {value} }}"),
        ty,
    }
}
