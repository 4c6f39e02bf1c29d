//! Reads a call, one branch at a time: what does not parse is an error in that branch's place, and
//! reading goes on behind it.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, ExprPath, Member, Result, Token, token};

use crate::ast::{Branch, Call, Kind, Policy, Shape, Struct, plain};
use crate::{check, names, options, text};

/// Reads `[$crate] options; shape`. The brackets come from the crate's own `macro_rules!`.
pub(crate) fn call(policy: Policy, tokens: TokenStream) -> Call {
    let mut tokens = tokens.into_iter();
    let krate = match tokens.next() {
        Some(TokenTree::Group(krate)) => krate.stream(),
        _ => unreachable!("the macros of the crate `gather` hand on the path to it"),
    };
    let mut errors = Vec::new();
    let (options, tokens) = options::split(policy, tokens.collect(), &mut errors);
    let shape = all_of(tokens, |input| shape(policy, input, &mut errors));
    Call {
        krate,
        options,
        shape,
        errors,
    }
}

/// Parses with a parser that reads to the end and finds a place for every error.
pub(crate) fn all_of<T>(tokens: TokenStream, parser: impl FnOnce(ParseStream) -> T) -> T {
    let parsed = (|input: ParseStream| Ok(parser(input))).parse2(tokens);
    parsed.unwrap_or_else(|error| unreachable!("the parser reads to the end: {error}"))
}

fn shape(policy: Policy, input: ParseStream, errors: &mut Vec<Error>) -> Shape {
    if let Some(shape) = struct_literal(policy, input).or_else(|| array(policy, input, errors)) {
        return shape;
    }
    let mut branches = branches(policy, input);
    match branches.len() {
        1 if branches[0].kind == Kind::Spread => Shape::Vec(branches.remove(0)),
        _ => Shape::Tuple(branches),
    }
}

/// `Page { user: a(), .. }`, if that is the whole call.
fn struct_literal(policy: Policy, input: ParseStream) -> Option<Shape> {
    let ahead = input.fork();
    let path: ExprPath = ahead.parse().ok()?;
    let fields = ahead.peek(token::Brace).then(|| ahead.parse().ok())??;
    let _: Option<Token![,]> = ahead.parse().ok()?;
    let TokenTree::Group(fields) = fields else {
        return None;
    };
    if !ahead.is_empty() {
        return None;
    }
    input.advance_to(&ahead);
    Some(Shape::Struct(all_of(fields.stream(), |input| {
        self::fields(policy, path, input)
    })))
}

fn fields(policy: Policy, path: ExprPath, input: ParseStream) -> Struct {
    let mut shape = Struct {
        path,
        fields: Vec::new(),
        base: None,
    };
    let mut separated = true;
    while !input.is_empty() {
        let ahead = input.fork();
        if input.peek(Token![..]) {
            shape.base = Some(base(input));
        } else if let Some((member, explicit)) = member(&ahead) {
            input.advance_to(&ahead);
            shape
                .fields
                .push(field(policy, member, explicit, separated, input));
        } else {
            shape.base = Some(Err(broken(
                input,
                "this is no field: expected `name: branch`",
            )));
        }
        separated = comma(input);
    }
    shape
}

/// A field's name, and whether a branch follows it.
fn member(input: ParseStream) -> Option<(Member, bool)> {
    let member = input.parse().ok()?;
    let explicit: Option<Token![:]> = if input.peek(Token![::]) {
        None
    } else {
        input.parse().ok()?
    };
    match explicit {
        Some(_) => Some((member, true)),
        None if ends(input) => Some((member, false)),
        None => None,
    }
}

fn field(
    policy: Policy,
    member: Member,
    explicit: bool,
    separated: bool,
    input: ParseStream,
) -> (Member, Branch) {
    let mut branch = match &member {
        Member::Named(variable) if !explicit => {
            whole(policy, Kind::One, syn::parse_quote!(#variable))
        }
        _ => branch(policy, separated, input),
    };
    branch.name = match &member {
        Member::Named(name) => plain(name),
        Member::Unnamed(index) => index.index.to_string(),
    };
    if let Member::Named(name) = &member {
        branch.variable = Some(plain(name));
    }
    (member, branch)
}

/// `..base`, which ends a struct literal.
fn base(input: ParseStream) -> Result<Expr> {
    let ahead = input.fork();
    let base = ahead.parse::<Token![..]>().and_then(|_| ahead.parse());
    match base {
        Ok(base) if ahead.is_empty() => {
            input.advance_to(&ahead);
            Ok(base)
        }
        Ok(_) => Err(broken(
            input,
            "`..base` ends a struct literal: write it last, with no `,` behind it",
        )),
        Err(_) => Err(broken(
            input,
            "expected an expression behind `..`, to give the fields that are not named",
        )),
    }
}

/// `[a(), b()]`, if that is the whole call.
fn array(policy: Policy, input: ParseStream, errors: &mut Vec<Error>) -> Option<Shape> {
    let ahead = input.fork();
    let elements = ahead.peek(token::Bracket).then(|| ahead.parse().ok())??;
    let _: Option<Token![,]> = ahead.parse().ok()?;
    let TokenTree::Group(elements) = elements else {
        return None;
    };
    if !ahead.is_empty() {
        return None;
    }
    input.advance_to(&ahead);
    if let Err(error) = check::no_repeat(&elements) {
        errors.push(error);
        return Some(Shape::Array(Vec::new()));
    }
    let mut branches = all_of(elements.stream(), |input| branches(policy, input));
    branches.iter_mut().for_each(check::element);
    Some(Shape::Array(branches))
}

fn branches(policy: Policy, input: ParseStream) -> Vec<Branch> {
    let mut branches = Vec::new();
    let mut separated = true;
    while !input.is_empty() {
        branches.push(branch(policy, separated, input));
        separated = comma(input);
    }
    branches
}

fn comma(input: ParseStream) -> bool {
    matches!(input.parse(), Ok(Some::<Token![,]>(_)))
}

fn ends(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// A branch, up to what is behind it. `separated` says whether a comma was before it.
fn branch(policy: Policy, separated: bool, input: ParseStream) -> Branch {
    let ahead = input.fork();
    let spread = !ahead.peek(Token![..=]) && ahead.peek(Token![..]);
    let kind = if spread { Kind::Spread } else { Kind::One };
    match expression(kind, separated, &ahead) {
        Ok(expr) => {
            input.advance_to(&ahead);
            let mut branch = whole(policy, kind, expr);
            if !separated {
                branch.expr = branch.expr.and_then(|expr| {
                    Err(Error::new_spanned(expr, "expected `,` before this branch"))
                });
            }
            branch
        }
        Err(message) => {
            let error = broken(input, &message);
            Branch {
                kind: Kind::One,
                expr: Err(error),
                name: String::from("_"),
                variable: None,
            }
        }
    }
}

/// A branch whose expression is whole, though it may be no future.
fn whole(policy: Policy, kind: Kind, expr: Expr) -> Branch {
    let text = text::of(expr.to_token_stream());
    Branch {
        kind,
        name: if kind == Kind::Spread {
            format!("..{text}")
        } else {
            text
        },
        variable: names::suggest(kind, &expr),
        expr: check::branch(policy, kind, &expr).map(|()| expr),
    }
}

/// Reads an expression, or says why there is none.
fn expression(
    kind: Kind,
    separated: bool,
    input: ParseStream,
) -> std::result::Result<Expr, String> {
    if kind == Kind::Spread && input.parse::<Token![..]>().is_ok() && ends(input) {
        return Err(String::from("expected an iterator of futures behind `..`"));
    }
    if ends(input) {
        return Err(String::from("expected a branch before this `,`"));
    }
    if input.peek(Token![#]) {
        return Err(String::from(
            "a branch takes no attributes: put them on a statement before the call, or inside of `async move { .. }`",
        ));
    }
    let start = input.fork();
    input.parse().map_err(|error| {
        if !separated {
            String::from("expected `,` between branches")
        } else if in_braces(&start) {
            String::from("the branches stand in the call itself: drop the braces around them")
        } else if let Some(expected) = broken_off(&start) {
            format!("this branch breaks off: {expected}")
        } else {
            format!("this branch is no expression: {error}")
        }
    })
}

/// Whether all there is, up to the next comma, is in braces.
fn in_braces(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.peek(token::Brace) && ahead.parse::<TokenTree>().is_ok() && ends(&ahead)
}

/// What is missing at the end of the branch, if it is whole up to there.
fn broken_off(input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let isolated: TokenStream = std::iter::from_fn(|| {
        if ends(&ahead) {
            None
        } else {
            ahead.parse::<TokenTree>().ok()
        }
    })
    .collect();
    // An `async` can begin a closure too, and that is what syn then asks for.
    match isolated.clone().into_iter().last() {
        Some(TokenTree::Ident(word)) if word == "async" || word == "move" => {
            return Some(String::from("expected a block, `{ .. }`"));
        }
        _ => {}
    }
    let error = syn::parse2::<Expr>(isolated).err()?.to_string();
    error
        .strip_prefix("unexpected end of input, ")
        .map(str::to_owned)
}

/// The error for what does not parse, up to the next comma.
fn broken(input: ParseStream, message: &str) -> Error {
    let mut tokens = TokenStream::new();
    if let Ok(Some(comma)) = input.fork().parse::<Option<Token![,]>>() {
        return Error::new_spanned(comma, message);
    }
    while !ends(input) {
        tokens.extend(input.parse::<TokenTree>());
    }
    Error::new_spanned(tokens, message)
}
