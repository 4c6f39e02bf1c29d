//! Takes a call apart into tokens, and reassembles them wrongly.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::calls::{self, Call};
use super::choices::Choices;
use super::expander;
use super::grammar::sentence;

/// A token, or a group of them.
#[derive(Clone)]
enum Piece {
    Token { text: String, joint: bool },
    Group(Delimiter, Vec<Piece>),
}

/// Tokens to insert where they do not belong.
const SPLICED: &[&str] = &[
    ",",
    ";",
    "..",
    "..=",
    "...",
    "=",
    "=>",
    "?",
    ". await",
    ".",
    "::",
    "<",
    ">",
    "|",
    "&",
    "#",
    "!",
    "$",
    "'a",
    "-",
    "( )",
    "[ ]",
    "{ }",
    "invisible ( )",
    "async",
    "move",
    "let",
    "match",
    "if",
    "else",
    "return",
    "self",
    "_",
    "limit",
    "on",
    "error",
    "tasks",
    "here",
    "limit = 0 ;",
    "tasks = 1 ;",
    "tasks = $V ,",
    "here ;",
    "here ,",
    "here = true ;",
    "heer ;",
    "catch",
    "catch ;",
    "catch ,",
    "catch = true ;",
    "cach ;",
    "limit = 1 ;",
    "limit = 1 ,",
    "limt = 1 ;",
    "on = $I ;",
    "on = ;",
    "error = $T ;",
    "error = $V ,",
    "nope = $V ;",
    ".. $A",
    ".. .. $A",
    "# [ cfg ( $I ) ]",
    "# ! [ $I ]",
    "$V",
    "$V ,",
    "$E",
    "$T",
    "$S",
    "$N",
    "$N ( $V , .. $A )",
    "$I :",
    "$I : $V ,",
    "$I : .. $A",
    "[ $V ; 3 ]",
    "$Y { $I : $V }",
    "$Y { .. $A }",
];

/// A well-formed call with some changes, or nothing but splices.
pub(super) fn mutated(choices: &mut Choices) -> Call {
    let mut call = calls::well_formed(choices);
    let (mut pieces, most) = if choices.rarely(8) {
        (Vec::new(), 20)
    } else {
        (pieces(&call.text), 6)
    };
    for _ in 0..choices.below(most + 1) {
        change(choices, &mut pieces);
    }
    call.text.clear();
    write(&pieces, &mut call.text);
    call
}

fn change(choices: &mut Choices, pieces: &mut Vec<Piece>) {
    // A change is as likely inside a group as beside it.
    let groups: Vec<usize> = (0..pieces.len())
        .filter(|&at| matches!(pieces[at], Piece::Group(..)))
        .collect();
    if !groups.is_empty() && choices.rarely(2) {
        let at = *choices.one_of(&groups);
        if let Piece::Group(_, inner) = &mut pieces[at] {
            change(choices, inner);
        }
        return;
    }
    let at = choices.below(pieces.len() + 1);
    if at == pieces.len() {
        let spliced = sentence(choices, SPLICED);
        pieces.extend(self::pieces(&spliced));
        return;
    }
    match choices.below(9) {
        0 | 1 => {
            pieces.remove(at);
        }
        2 => pieces.insert(at, pieces[at].clone()),
        3 => {
            let other = choices.below(pieces.len());
            pieces.swap(at, other);
        }
        4 => pieces.truncate(at),
        5 => {
            pieces.drain(..at);
        }
        6 => match pieces.remove(at) {
            Piece::Group(_, inner) => drop(pieces.splice(at..at, inner)),
            token @ Piece::Token { .. } => {
                let delimiter = *choices.one_of(&[
                    Delimiter::Parenthesis,
                    Delimiter::Bracket,
                    Delimiter::Brace,
                    Delimiter::None,
                ]);
                pieces.insert(at, Piece::Group(delimiter, vec![token]));
            }
        },
        replace => {
            let end = at + usize::from(replace == 7);
            let spliced = sentence(choices, SPLICED);
            pieces.splice(at..end, self::pieces(&spliced));
        }
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    of_tokens(expander::tokens(text))
}

fn of_tokens(tokens: TokenStream) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        pieces.push(match token {
            TokenTree::Group(group) => Piece::Group(group.delimiter(), of_tokens(group.stream())),
            // For rustc, a lifetime is one token.
            TokenTree::Punct(punct) if punct.as_char() == '\'' => Piece::Token {
                text: tokens
                    .next()
                    .map_or_else(String::new, |name| format!("'{name}")),
                joint: false,
            },
            TokenTree::Punct(punct) => Piece::Token {
                text: String::from(punct.as_char()),
                joint: punct.spacing() == Spacing::Joint,
            },
            token => Piece::Token {
                text: token.to_string(),
                joint: false,
            },
        });
    }
    pieces
}

fn write(pieces: &[Piece], text: &mut String) {
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Token { text: token, joint } => {
                text.push_str(token);
                // Two adjacent `/` would begin a comment.
                let next_is_operator = matches!(pieces.get(at + 1), Some(Piece::Token { text, .. }) if text.chars().all(|letter| letter.is_ascii_punctuation() && letter != '/'));
                if !joint || !next_is_operator {
                    text.push(' ');
                }
            }
            Piece::Group(delimiter, inner) => {
                let (open, close) = match delimiter {
                    Delimiter::Parenthesis => ("( ", ") "),
                    Delimiter::Bracket => ("[ ", "] "),
                    Delimiter::Brace => ("{ ", "} "),
                    Delimiter::None => ("invisible ( ", ") "),
                };
                text.push_str(open);
                write(inner, text);
                text.push_str(close);
            }
        }
    }
}
