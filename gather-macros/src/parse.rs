//! Reads a call, one branch at a time: what does not parse is an error in that branch's place, and
//! reading goes on behind it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, ExprPath, Member, Result, Token};

use crate::ast::{Branch, Call, Kind, Policy, Shape, Struct, plain};
use crate::extent::{
    after_dots, broken, broken_off, comma, ends, in_braces, last_group, read, tokens, unread,
    up_to_comma,
};
use crate::nesting::is_deep;
use crate::{check, cursor, options, text};

/// Reads `[$crate] options; shape`. The brackets come from the crate's own `macro_rules!`.
pub(crate) fn call(policy: Policy, tokens: TokenStream) -> Call {
    let mut tokens = tokens.into_iter();
    let krate = match tokens.next() {
        Some(TokenTree::Group(krate)) => krate.stream(),
        _ => unreachable!("the macros of the crate `gather` hand on the path to it"),
    };
    let mut errors = Vec::new();
    let mut doubts = Vec::new();
    let (options, tokens) = options::split(policy, tokens.collect(), &mut errors, &mut doubts);
    let mut reader = Reader {
        policy,
        is_deep: is_deep(&tokens),
        doubts,
    };
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
    /// Whether expressions nest too deeply to be read.
    is_deep: bool,
    /// Mistakes that leave open which branches there are, and so what the call gives.
    doubts: Vec<Error>,
}

impl Reader {
    fn shape(&mut self, input: ParseStream) -> Shape {
        // What a `macro_rules!` calls `$e:expr` is in a group of its own.
        if let Some(fragment) = last_group(input, Delimiter::None) {
            return all_of(fragment.stream(), |input| self.shape(input));
        }
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
        let path = tokens(&ahead, |input| {
            last_group(&input.fork(), Delimiter::Brace).is_some()
        });
        let braces = last_group(&ahead, Delimiter::Brace)?;
        if is_deep(&path) {
            return None;
        }
        let path: ExprPath = syn::parse2(path).ok()?;
        if !path.attrs.is_empty() {
            return None;
        }
        input.advance_to(&ahead);
        Some(Shape::Struct(all_of(braces.stream(), |input| {
            self.fields(path, input)
        })))
    }

    /// `[a(), b()]`, if that is the whole call.
    fn array(&mut self, input: ParseStream) -> Option<Shape> {
        let brackets = last_group(input, Delimiter::Bracket)?;
        let mut elements = brackets.stream();
        if let Err(mistake) = check::no_repeat(&brackets) {
            self.doubts.push(mistake);
            elements = check::without_repeat(elements);
        }
        let mut branches = all_of(elements, |input| self.branches(input));
        branches.iter_mut().for_each(check::element);
        Some(Shape::Array(branches))
    }

    fn branches(&mut self, input: ParseStream) -> Vec<Branch> {
        let mut branches = Vec::new();
        let mut separated = true;
        while !input.is_empty() {
            match self.branch(separated, input) {
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
                let base = self.base(input);
                shape.set_base(base);
            } else if let Some((member, explicit)) = member(&ahead) {
                input.advance_to(&ahead);
                let mut branch = self.field(&member, explicit, input);
                if !separated {
                    let field = quote!(#member: #branch);
                    branch.expr = Err(Error::new_spanned(field, "expected `,` before this field"));
                }
                shape.fields.push((member, branch));
            } else {
                let mistake = broken(input, "this is no field: expected `name: branch`");
                shape.set_base(Err(mistake));
            }
            separated = comma(input);
        }
        shape
    }

    fn field(&self, member: &Member, explicit: bool, input: ParseStream) -> Branch {
        let branch = match member {
            Member::Named(variable) if !explicit => {
                self.whole(Kind::One, syn::parse_quote!(#variable))
            }
            _ => self.branch(true, input),
        };
        let mut branch = branch.unwrap_or_else(Branch::broken);
        branch.name = match member {
            Member::Named(name) => plain(name),
            Member::Unnamed(index) => index.index.to_string(),
        };
        if let Member::Named(name) = member {
            branch.field = Some(plain(name));
        }
        branch
    }

    /// `..base`, which ends a struct literal.
    fn base(&self, input: ParseStream) -> Result<Expr> {
        let ahead = input.fork();
        let base = ahead
            .parse::<Token![..]>()
            .and_then(|_| self.expression(&ahead));
        match base {
            Ok(base) if ahead.is_empty() => {
                input.advance_to(&ahead);
                Ok(check::unwrapped(base))
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

    /// A branch, up to what is behind it; or a mistake that leaves open whether there is one.
    /// `separated` says whether a comma was before it.
    fn branch(&self, separated: bool, input: ParseStream) -> Result<Branch> {
        let spread = is_spread(input);
        let kind = if spread { Kind::Spread } else { Kind::One };
        let ahead = input.fork();
        if spread {
            let _: Token![..] = ahead.parse()?;
        }
        if input.peek(Token![#]) {
            let message = "a branch takes no attributes: bind the future with a `let` before the call, and put them there";
            return Ok(Branch::broken(broken(input, message)));
        }
        if let Some(message) = options::with_colon(self.policy, input) {
            return Err(broken(input, &message));
        }
        match self.expression(&ahead) {
            Ok(expr) if separated => {
                input.advance_to(&ahead);
                self.whole(kind, expr)
            }
            Ok(expr) => {
                input.advance_to(&ahead);
                Ok(Branch::broken(Error::new_spanned(
                    expr,
                    "expected `,` before this branch",
                )))
            }
            Err(_) if !separated => Err(broken(input, "expected `,` between branches")),
            Err(_) if input.peek(Token![,]) => {
                Err(broken(input, "expected a branch before this `,`"))
            }
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
                let tokens = up_to_comma(&after_dots(input));
                let error = broken(input, &message);
                let whole = |expr| self.whole(kind, expr);
                let broken_off = if self.is_deep {
                    None
                } else {
                    cursor::breaks_off(&tokens, &error, whole)
                };
                Ok(broken_off.unwrap_or_else(|| Branch::broken(error)))
            }
        }
    }

    /// A branch whose expression is whole, though it may be no future.
    fn whole(&self, kind: Kind, expr: Expr) -> Result<Branch> {
        let in_parentheses = matches!(expr, Expr::Paren(_) | Expr::Group(_));
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
            field: None,
            expr: check::branch(self.policy, kind, &expr)?.map(|()| expr),
        })
    }

    /// An expression, as far as it goes.
    fn expression(&self, input: ParseStream) -> Result<Expr> {
        if self.is_deep {
            unread(input)
        } else {
            read(input)
        }
    }
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

fn is_spread(input: ParseStream) -> bool {
    let spread = input.peek(Token![..]) && !input.peek(Token![..=]) && !input.peek(Token![...]);
    // A `$e:expr` can be a spread, and can be a range with a method behind it.
    let ahead = input.fork();
    let is_fragment = ahead.cursor().group(Delimiter::None).is_some();
    spread && (!is_fragment || (ahead.parse::<TokenTree>().is_ok() && ends(&ahead)))
}
