//! A second definition of a call, with syn alone: expressions between commas, some of them after a
//! name or `..`, and options before a `;`.

use super::expander::shown;
use super::squeezed;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprRange, Ident, RangeLimits, Result, Stmt, Token, Type};

/// What a call is made of.
pub(super) struct Parts {
    pub(super) options: Vec<Set>,
    /// The expressions of the branches, and the base.
    pub(super) branches: Vec<String>,
}

/// The parts of the call, if it consists of them.
pub(super) fn parts(call: TokenStream) -> Result<Parts> {
    let tokens: Vec<TokenTree> = call.into_iter().collect();
    let is_end =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let Some(end) = tokens.iter().position(is_end) else {
        return Ok(Parts {
            options: Vec::new(),
            branches: branches(&tokens)?,
        });
    };
    let options = tokens[..end].iter().cloned().collect();
    let options = Punctuated::<Set, Token![,]>::parse_terminated.parse2(options)?;
    Ok(Parts {
        options: options.into_iter().collect(),
        branches: branches(&tokens[end + 1..])?,
    })
}

fn branches(branches: &[TokenTree]) -> Result<Vec<String>> {
    if let Some(inner) = in_shape(branches) {
        return branches_of(inner);
    }
    let parts = Punctuated::<Part, Token![,]>::parse_terminated
        .parse2(branches.iter().cloned().collect())?;
    let parts: Vec<Part> = parts.into_iter().collect();
    Ok(match &parts[..] {
        [
            Part {
                name: None,
                spread: None,
                expr,
            },
        ] => shape(expr),
        parts => parts
            .iter()
            .map(|part| written(spread(&part.expr)))
            .collect(),
    })
}

/// The contents of an array or a tuple struct, if the call is nothing else.
fn in_shape(tokens: &[TokenTree]) -> Option<TokenStream> {
    let tokens = match tokens {
        [tokens @ .., last] if is_comma(last) => tokens,
        tokens => tokens,
    };
    let (TokenTree::Group(group), before) = tokens.split_last()? else {
        return None;
    };
    match group.delimiter() {
        Delimiter::Bracket if before.is_empty() => Some(group.stream()),
        Delimiter::Parenthesis => {
            let path: TokenStream = before.iter().cloned().collect();
            is_tuple_struct(quote!(#path())).then(|| group.stream())
        }
        Delimiter::None if before.is_empty() => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            in_shape(&inner)
        }
        Delimiter::Bracket | Delimiter::Brace | Delimiter::None => None,
    }
}

/// Whether this is a comma, by itself or as a fragment.
fn is_comma(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ',',
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            matches!(&inner[..], [inner] if is_comma(inner))
        }
        _ => false,
    }
}

fn branches_of(shape: TokenStream) -> Result<Vec<String>> {
    let parts = Punctuated::<Part, Token![,]>::parse_terminated.parse2(shape)?;
    let parts = parts.iter().map(|part| written(spread(&part.expr)));
    Ok(parts.collect())
}

/// Whether this is a call of a path whose last segment begins with a capital letter.
pub(super) fn is_tuple_struct(branch: TokenStream) -> bool {
    syn::parse2(branch).is_ok_and(|expr| arguments(&expr).is_some())
}

/// The arguments of a tuple struct.
fn arguments(expr: &Expr) -> Option<&Punctuated<Expr, Token![,]>> {
    match expr {
        Expr::Group(fragment) => arguments(&fragment.expr),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                let name = path.path.segments.last()?.ident.unraw().to_string();
                name.starts_with(char::is_uppercase).then_some(&call.args)
            }
            _ => None,
        },
        _ => None,
    }
}

fn shape(expr: &Expr) -> Vec<String> {
    if let Some(arguments) = arguments(expr) {
        let arguments = arguments.iter();
        return arguments.map(|part| written(spread(part))).collect();
    }
    match expr {
        Expr::Group(fragment) => shape(&fragment.expr),
        Expr::Array(array) => array.elems.iter().map(written).collect(),
        Expr::Struct(shape) => {
            let fields = shape.fields.iter().map(|field| spread(&field.expr));
            let base = shape.rest.as_deref();
            fields.chain(base).map(written).collect()
        }
        expr => vec![written(spread(expr))],
    }
}

/// `limit = 16`, `here`, `catch`
pub(super) struct Set {
    pub(super) name: String,
    /// The text of its value, which is empty if it has none.
    pub(super) value: String,
}

impl Set {
    /// Whether its value is an expression.
    pub(super) fn is_evaluated(&self) -> bool {
        matches!(&*self.name, "limit" | "tasks" | "on")
    }
}

impl Parse for Set {
    fn parse(input: ParseStream) -> Result<Self> {
        let name: Ident = input.parse()?;
        let value = if name == "here" || name == "catch" {
            String::new()
        } else {
            let _: Token![=] = input.parse()?;
            if name == "error" {
                text(input.parse::<Type>()?)
            } else {
                text(input.parse::<Expr>()?)
            }
        };
        Ok(Set {
            name: name.to_string(),
            value,
        })
    }
}

/// `a()`, `..b` or `user: a()`
struct Part {
    name: Option<Ident>,
    spread: Option<Token![..]>,
    expr: Expr,
}

impl Parse for Part {
    fn parse(input: ParseStream) -> Result<Self> {
        let is_named = input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]);
        let name = if is_named { Some(input.parse()?) } else { None };
        if is_named {
            let _: Token![:] = input.parse()?;
        }
        // The `..` of a whole fragment is the call's. Any other `..` is part of the fragment.
        let mut spread = None;
        if input.cursor().group(Delimiter::None).is_none() {
            spread = input.parse()?;
        }
        Ok(Part {
            name,
            spread,
            expr: input.parse()?,
        })
    }
}

/// What follows the `..` of a field or of a fragment, or the whole expression if there is none.
fn spread(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(fragment) => spread(&fragment.expr),
        Expr::Range(ExprRange {
            start: None,
            limits: RangeLimits::HalfOpen(_),
            end: Some(spread),
            ..
        }) => spread,
        _ => expr,
    }
}

/// The expression's text, without what the expansion removes around it.
fn written(expr: &Expr) -> String {
    match expr {
        Expr::Paren(inner) => written(&inner.expr),
        Expr::Group(inner) => written(&inner.expr),
        Expr::Block(block) if block.label.is_none() => match &block.block.stmts[..] {
            [
                Stmt::Expr(
                    inner @ (Expr::Async(_) | Expr::Lit(_) | Expr::Path(_) | Expr::Struct(_)),
                    None,
                ),
            ] => written(inner),
            _ => text(expr),
        },
        _ => text(expr),
    }
}

fn text(tokens: impl ToTokens) -> String {
    squeezed(&shown(tokens.into_token_stream()).to_string())
}
