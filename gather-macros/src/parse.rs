//! Reads a call, one branch at a time: what does not parse is an error in that branch's place, and
//! reading goes on behind it.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseBuffer, ParseStream, Parser};
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
    let mut reader = Reader {
        policy,
        doubts: Vec::new(),
    };
    let (options, tokens) =
        options::split(policy, tokens.collect(), &mut errors, &mut reader.doubts);
    let shape = all_of(tokens, |input| reader.shape(input));
    Call {
        krate,
        options,
        shape,
        errors,
        doubts: reader.doubts,
    }
}

/// Parses with a parser that reads to the end and finds a place for every error.
pub(crate) fn all_of<T>(tokens: TokenStream, parser: impl FnOnce(ParseStream) -> T) -> T {
    let parsed = (|input: ParseStream| Ok(parser(input))).parse2(tokens);
    parsed.unwrap_or_else(|error| unreachable!("the parser reads to the end: {error}"))
}

/// Reads the branches.
struct Reader {
    policy: Policy,
    /// Mistakes that leave open which branches there are, and so what the call gives.
    doubts: Vec<Error>,
}

impl Reader {
    fn shape(&mut self, input: ParseStream) -> Shape {
        if let Some(shape) = self.struct_literal(input).or_else(|| self.array(input)) {
            return shape;
        }
        let mut branches = self.branches(input);
        match branches.len() {
            1 if branches[0].kind == Kind::Spread => Shape::Vec(branches.remove(0)),
            _ => Shape::Tuple(branches),
        }
    }

    /// `Page { user: a(), .. }`, if that is the whole call.
    fn struct_literal(&mut self, input: ParseStream) -> Option<Shape> {
        let ahead = input.fork();
        let path: ExprPath = ahead.parse().ok()?;
        let braces = ahead.peek(token::Brace).then(|| last_group(&ahead))??;
        input.advance_to(&ahead);
        Some(Shape::Struct(all_of(braces.stream(), |input| {
            self.fields(path, input)
        })))
    }

    /// `[a(), b()]`, if that is the whole call.
    fn array(&mut self, input: ParseStream) -> Option<Shape> {
        let ahead = input.fork();
        let brackets = ahead.peek(token::Bracket).then(|| last_group(&ahead))??;
        input.advance_to(&ahead);
        if let Err(mistake) = check::no_repeat(&brackets) {
            self.doubts.push(mistake);
            return Some(Shape::Array(Vec::new()));
        }
        let mut branches = all_of(brackets.stream(), |input| self.branches(input));
        branches.iter_mut().for_each(check::element);
        Some(Shape::Array(branches))
    }

    fn branches(&mut self, input: ParseStream) -> Vec<Branch> {
        let mut branches = Vec::new();
        let mut separated = true;
        while !input.is_empty() {
            match branch(self.policy, separated, input) {
                Ok(branch) => branches.push(branch),
                Err(doubt) => self.doubts.push(doubt),
            }
            separated = comma(input);
        }
        if branches.len() > 1 {
            branches.iter_mut().for_each(check::one_of_several);
        }
        branches
    }

    fn fields(&mut self, path: ExprPath, input: ParseStream) -> Struct {
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
                let mut branch = field(self.policy, &member, explicit, input);
                if !separated {
                    let field = quote!(#member: #branch);
                    branch.expr = Err(Error::new_spanned(field, "expected `,` before this field"));
                }
                shape.fields.push((member, branch));
            } else {
                let mistake = broken(input, "this is no field: expected `name: branch`");
                shape.base = Some(Err(mistake));
            }
            separated = comma(input);
        }
        shape
    }
}

/// The group that comes next, if nothing but a comma is behind it.
fn last_group(input: ParseStream) -> Option<Group> {
    let TokenTree::Group(group) = input.parse().ok()? else {
        return None;
    };
    let _: Option<Token![,]> = input.parse().ok()?;
    input.is_empty().then_some(group)
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

fn field(policy: Policy, member: &Member, explicit: bool, input: ParseStream) -> Branch {
    let branch = match member {
        Member::Named(variable) if !explicit => {
            whole(policy, Kind::One, syn::parse_quote!(#variable))
        }
        _ => branch(policy, true, input),
    };
    let mut branch = branch.unwrap_or_else(Branch::broken);
    branch.name = match member {
        Member::Named(name) => plain(name),
        Member::Unnamed(index) => index.index.to_string(),
    };
    if let Member::Named(name) = member {
        branch.variable = Some(plain(name));
    }
    branch
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

fn comma(input: ParseStream) -> bool {
    matches!(input.parse(), Ok(Some::<Token![,]>(_)))
}

fn ends(input: ParseStream) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// A branch, up to what is behind it; or a mistake that leaves open whether there is one.
/// `separated` says whether a comma was before it.
fn branch(policy: Policy, separated: bool, input: ParseStream) -> Result<Branch> {
    let spread = input.peek(Token![..]) && !input.peek(Token![..=]) && !input.peek(Token![...]);
    let kind = if spread { Kind::Spread } else { Kind::One };
    let ahead = input.fork();
    if spread {
        let _: Token![..] = ahead.parse()?;
    }
    if input.peek(Token![#]) {
        let message = "a branch takes no attributes: bind the future with a `let` before the call, and put them there";
        return Ok(Branch::broken(broken(input, message)));
    }
    match ahead.parse::<Expr>() {
        Ok(expr) if separated => {
            input.advance_to(&ahead);
            whole(policy, kind, expr)
        }
        Ok(expr) => {
            input.advance_to(&ahead);
            Ok(Branch::broken(Error::new_spanned(
                expr,
                "expected `,` before this branch",
            )))
        }
        Err(_) if !separated => Err(broken(input, "expected `,` between branches")),
        Err(_) if input.peek(Token![,]) => Err(broken(input, "expected a branch before this `,`")),
        Err(_) if input.peek(Token![...]) => Err(broken(
            input,
            "`...` spreads nothing: write `..` before an iterator of futures",
        )),
        Err(_) if in_braces(input) => Err(broken(
            input,
            "the branches stand directly in the call: drop the braces around them",
        )),
        Err(error) => {
            let message = if spread && ends(&after_dots(input)) {
                String::from("expected an iterator of futures behind `..`")
            } else if let Some(expected) = broken_off(input) {
                format!("this branch breaks off: {expected}")
            } else {
                format!("this branch is no expression: {error}")
            };
            Ok(Branch::broken(broken(input, &message)))
        }
    }
}

/// A branch whose expression is whole, though it may be no future.
fn whole(policy: Policy, kind: Kind, expr: Expr) -> Result<Branch> {
    let in_parentheses = matches!(expr, Expr::Paren(_));
    let expr = check::unwrapped(expr);
    let text = text::of(expr.to_token_stream());
    Ok(Branch {
        kind,
        in_parentheses,
        name: if kind == Kind::Spread {
            format!("..{text}")
        } else {
            text
        },
        variable: names::suggest(kind, &expr),
        expr: check::branch(policy, kind, &expr)?.map(|()| expr),
    })
}

/// Whether all there is, up to the next comma, is in braces.
fn in_braces(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.peek(token::Brace) && ahead.parse::<TokenTree>().is_ok() && ends(&ahead)
}

fn after_dots(input: ParseStream<'_>) -> ParseBuffer<'_> {
    let ahead = input.fork();
    let _: Result<Token![..]> = ahead.parse();
    ahead
}

/// What is missing at the end of the branch, if it is whole up to there.
fn broken_off(input: ParseStream) -> Option<String> {
    let branch = up_to_comma(&input.fork());
    let expected = match branch.clone().into_iter().last()? {
        // An `async` can begin a closure too, and that is what syn then asks for.
        TokenTree::Ident(word) if word == "async" || word == "move" => "expected a block, `{ .. }`",
        TokenTree::Punct(punct) if punct.as_char() == '.' => {
            "expected a method or a field behind the `.`"
        }
        _ => {
            let error = syn::parse2::<Expr>(branch).err()?.to_string();
            return error
                .strip_prefix("unexpected end of input, ")
                .map(str::to_owned);
        }
    };
    Some(expected.to_owned())
}

fn up_to_comma(input: ParseStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !ends(input) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// The error for what does not parse: up to the next comma, or that comma.
fn broken(input: ParseStream, message: &str) -> Error {
    if let Ok(Some(comma)) = input.fork().parse::<Option<Token![,]>>() {
        return Error::new_spanned(comma, message);
    }
    Error::new_spanned(up_to_comma(input), message)
}
