//! Generates whole calls: options and branches in every shape.

use super::choices::Choices;
use super::expander::tokens;
use super::grammar::sentence;
use super::reference;
use crate::ast::Policy;

/// A call of one of the macros.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) policy: Policy,
    /// What is between the macro's parentheses.
    pub(super) text: String,
}

/// Expressions that are not branches, and texts that are not expressions.
const BROKEN: &[&str] = &[
    "",
    "..",
    "$A .",
    "$A . await",
    "$A . await ?",
    "( $A . await )",
    "async",
    "async move",
    "async move ( $E )",
    "$V => $V",
    "$V $V",
    "$V : $V",
    "$I :",
    "$I : $I : $V",
    "limit : 3",
    "limit : $V",
    "limit : .. $A",
    "type : $V",
    "self : $V",
    "$I - $I : $V",
    "$I : $I = $V",
    "$V : $I",
    "async -> $I { $B }",
    "limt : 3",
    "$I $I : $V",
    "$V ; $V",
    ".. .. $A",
    "..= $A",
    "... $A",
    "1 .. $O",
    ".. 1 .. $O",
    "x = $V",
    "$A = $V",
    "let $P = $V",
    "let $P = $V ; $V",
    "limit = $V",
    "tasks = $V",
    "here = $V",
    "here : $V",
    "catch = $V",
    "catch : $V",
    "$N ( $A . await )",
    "$N ( $V ; $V )",
    "# [ cfg ( $I ) ] $V",
    "# $V",
    "|| $V",
    "async || $V",
    "[ $V , $V ]",
    "[ $V ; 3 ]",
    "( $V , $V )",
    "{ $V , $V }",
    "$Y { $I : $V , .. }",
    "if $C",
    "if $C { $B } else",
    "match $O",
    "match { $R }",
    "while",
    "for $P in",
    "$O +",
    "+ $O",
    "$O as",
    "& mut",
    "$I ::",
    "$F",
    "$F : $I",
    "fn",
    "fn $I ( ) { $B }",
    "struct $I ;",
    "let",
    "move",
    "else { $B }",
    "? $V",
    "@ $V",
    "$ $I",
    "_ _",
    "invisible ( )",
    "invisible ( $E ) $V",
];

/// A call without mistakes.
pub(super) fn well_formed(choices: &mut Choices) -> Call {
    let mut call = Call::with_options(choices);
    let count = if choices.rarely(16) {
        choices.below(50)
    } else {
        choices.below(6)
    };
    let shape = call.shape(choices);
    let mut parts: Vec<String> = (0..count)
        .map(|at| {
            let spread = shape != 2 && choices.rarely(4);
            let mut branch = sentence(choices, &[if spread { "$D" } else { "$V" }]);
            if branch.trim_start_matches("invisible ( ").starts_with('*') {
                // By itself, even as a fragment, it would be taken for a spread in Python's syntax.
                branch = format!("( {branch} )");
            }
            if shape < 2 && reference::is_tuple_struct(tokens(&branch)) {
                // Alone, it would be the shape, and its arguments would be branches.
                branch = format!("( {branch} )");
            }
            if syn::parse_str::<syn::LitInt>(&branch).is_ok() {
                // Beside a spread, it would be taken for a limit.
                branch = format!("( {branch} )");
            }
            let dots = if spread { ".. " } else { "" };
            match shape {
                3 => format!("{}{dots}{branch}", field(choices, at)),
                _ if choices.rarely(4) => format!("{}: {dots}{branch}", name(choices, at)),
                _ => format!("{dots}{branch}"),
            }
        })
        .collect();
    if shape == 3 && choices.rarely(4) {
        let name = ["user", "r#type", "group"][choices.below(3)];
        parts.push(String::from(name));
    }
    let mut separated = parts.join(", ");
    let base = shape == 3 && choices.rarely(3);
    if base {
        separated += if parts.is_empty() { ".. " } else { ", .. " };
        separated += &sentence(choices, &["$A"]);
    } else if !parts.is_empty() && choices.rarely(2) {
        separated.push(',');
    }
    call.shaped(choices, shape, &separated);
    call
}

/// A call with one broken branch, and its other branches.
pub(super) fn with_one_broken(choices: &mut Choices) -> (Call, Vec<String>) {
    let mut call = Call::with_options(choices);
    let mut whole = Vec::new();
    let shape = call.shape(choices);
    let count = 2 + choices.below(5);
    let broken = choices.below(count);
    let parts: Vec<String> = (0..count)
        .map(|at| {
            let branch = if at == broken {
                sentence(choices, BROKEN)
            } else {
                let branch = format!("whole_{at} ( {})", sentence(choices, &["$E"]));
                whole.push(branch.clone());
                branch
            };
            match shape {
                3 => format!("{}{branch}", field(choices, at)),
                _ if choices.rarely(4) => format!("{}: {branch}", name(choices, at)),
                _ => branch,
            }
        })
        .collect();
    call.shaped(choices, shape, &parts.join(", "));
    (call, whole)
}

fn field(choices: &mut Choices, at: usize) -> String {
    match choices.below(2) {
        0 => format!("{}: ", name(choices, at)),
        _ => format!("{at}: "),
    }
}

fn name(choices: &mut Choices, at: usize) -> String {
    match choices.below(3) {
        0 => format!("field_{at}"),
        1 => format!("r#type_{at}"),
        _ => format!("on_{at}"),
    }
}

impl Call {
    fn with_options(choices: &mut Choices) -> Self {
        let policy =
            *choices.one_of(&[Policy::All, Policy::FailFast, Policy::Settled, Policy::Each]);
        let mut options: Vec<String> = Vec::new();
        if choices.rarely(4) {
            options.push(format!("limit = {}", sentence(choices, &["$V"])));
        }
        if choices.rarely(4) {
            options.push(String::from("here"));
        } else {
            if choices.rarely(4) {
                options.push(format!("tasks = {}", sentence(choices, &["$V"])));
            }
            if choices.rarely(4) {
                options.push(format!("on = {}", sentence(choices, &["$V"])));
            }
        }
        if policy == Policy::FailFast && choices.rarely(4) {
            let mut error = sentence(choices, &["$T"]);
            if error.trim() == "_" {
                // Nothing would determine the type.
                error = String::from("u8");
            }
            options.push(format!("error = {error}"));
        }
        if policy == Policy::FailFast && choices.rarely(4) {
            options.push(String::from("catch"));
        }
        choices.shuffle(&mut options);
        let mut text = options.join(", ");
        if !options.is_empty() {
            text += if choices.rarely(4) { ",; " } else { "; " };
        }
        Call { policy, text }
    }

    /// The form in which the branches are written. `gather_each!` has only one.
    fn shape(&self, choices: &mut Choices) -> usize {
        let shapes = if self.policy == Policy::Each { 2 } else { 5 };
        choices.below(shapes)
    }

    fn shaped(&mut self, choices: &mut Choices, shape: usize, parts: &str) {
        let shaped = match shape {
            0 | 1 => String::from(parts),
            2 => format!("[{parts}]"),
            4 => format!("{}( {parts} )", sentence(choices, &["$N"])),
            _ => format!("{}{{ {parts} }}", sentence(choices, &["$Y"])),
        };
        self.text += &shaped;
        if shape > 1 && choices.rarely(4) {
            self.text.push(',');
        }
    }
}
