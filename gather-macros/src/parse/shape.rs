//! Reads the shape, and the branches in it.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, Expr, ExprPath, Member, PathArguments, Result, Token, TypePath};

use super::branch::{Reader, named, whole};
use super::expression::unwrapped;
use super::extent::{all_of, broken, comma, ends, is, last_group, tokens, up_to_comma};
use super::foreign::{Foreign, foreign};
use super::name::{dots_before_name, keyword};
use super::nesting::is_deep;
use super::options::{is_exact, misplaced};
use crate::ast::{Branch, Kind, Policy, Shape, Struct, TupleStruct};
use crate::text;

impl Reader {
    pub(super) fn shape(&mut self, input: ParseStream) -> Shape {
        // The `$e:expr` of a `macro_rules!` is in a group of its own.
        if let Some(fragment) = last_group(input, Delimiter::None) {
            return all_of(fragment.stream(), |input| self.shape(input));
        }
        let written = input.fork();
        let doubts = self.doubts.len();
        let shape = self.struct_literal(input);
        let shape = shape.or_else(|| self.tuple_struct(input));
        if let Some(shape) = shape.or_else(|| self.array(input)) {
            if self.policy != Policy::Each {
                return shape;
            }
            if self.doubts.len() == doubts {
                let written = tokens(&written, |_| false);
                self.doubts
                    .push(Error::new_spanned(written, no_shape(&shape)));
            }
            return Shape::Tuple(shape.into_branches());
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
        let (path, braces) = match path_before(&ahead, Delimiter::Brace)? {
            Ok(path) => path,
            Err(mistake) => {
                input.advance_to(&ahead);
                self.doubts.push(mistake);
                return Some(Shape::Tuple(Vec::new()));
            }
        };
        input.advance_to(&ahead);
        Some(Shape::Struct(all_of(braces.stream(), |input| {
            self.fields(path, input)
        })))
    }

    /// `Pair(a(), ..)`, if that is the whole call. Its capital letter tells it from a function.
    fn tuple_struct(&mut self, input: ParseStream) -> Option<Shape> {
        // Only the types tell whether the `$path:path` of a `macro_rules!` names a function.
        if input.cursor().group(Delimiter::None).is_some() {
            return None;
        }
        let ahead = input.fork();
        let (path, parentheses) = path_before(&ahead, Delimiter::Parenthesis)?.ok()?;
        let name = text::name(&path.path.segments.last()?.ident);
        if !name.starts_with(char::is_uppercase) {
            return None;
        }
        input.advance_to(&ahead);
        Some(Shape::TupleStruct(TupleStruct {
            path,
            parentheses: parentheses.span(),
            branches: all_of(parentheses.stream(), |input| self.branches(input)),
        }))
    }

    /// `[a(), b()]`, if that is the whole call.
    fn array(&mut self, input: ParseStream) -> Option<Shape> {
        let brackets = last_group(input, Delimiter::Bracket)?;
        let mut elements = brackets.stream();
        if let Err(mistake) = no_repeat(&brackets) {
            self.doubts.push(mistake);
            elements = without_repeat(elements);
        }
        Some(Shape::Array(all_of(elements, |input| self.branches(input))))
    }

    fn branches(&mut self, input: ParseStream) -> Vec<Branch> {
        let mut branches = Vec::new();
        let mut separated = true;
        let mut has_arms = false;
        while !input.is_empty() {
            match foreign(self.policy, input) {
                Some(Foreign::Arm(future, error)) if !self.is_deep => {
                    up_to_comma(input);
                    branches.extend(syn::parse2(future).map(|expr| whole(Kind::One, expr)));
                    // The other arms are the same mistake.
                    if !std::mem::replace(&mut has_arms, true) {
                        self.doubts.push(error);
                    }
                    separated = comma(input);
                    continue;
                }
                Some(Foreign::NoBranch(error)) => {
                    up_to_comma(input);
                    self.doubts.push(error);
                    separated = comma(input);
                    continue;
                }
                _ => {}
            }
            match self.branch(separated, input) {
                Ok(branch) => branches.push(branch),
                Err(doubt) => self.doubts.push(doubt),
            }
            separated = comma(input);
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
            if let Some(mistake) = dots_before_name(input) {
                up_to_comma(input);
                shape.set_base(Err(mistake));
            } else if input.peek(Token![..]) {
                let base = self.base(input);
                shape.set_base(base);
            } else if input.peek(Token![#]) {
                let message = "a field takes no attributes: write two calls, each under a `#[cfg(..)]` of its own";
                shape.set_base(Err(broken(input, message)));
            } else if let Some((member, explicit)) = member(&ahead) {
                input.advance_to(&ahead);
                let branch = self.field(&member, explicit, separated, input);
                shape.fields.push((member, branch));
            } else {
                let message = with_equals(self.policy, input)
                    .or_else(|| keyword(input))
                    .unwrap_or_else(|| String::from("expected a field: `name: branch`"));
                shape.set_base(Err(broken(input, &message)));
            }
            separated = comma(input);
        }
        shape
    }

    fn field(
        &self,
        member: &Member,
        explicit: bool,
        separated: bool,
        input: ParseStream,
    ) -> Branch {
        let branch = match member {
            Member::Named(variable) if !explicit => whole(Kind::One, syn::parse_quote!(#variable)),
            _ => self.behind_colon(member, input),
        };
        named(member, branch, separated, "field")
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
                Ok(unwrapped(base))
            }
            Ok(_) => Err(broken(
                input,
                "`..base` ends a struct literal: write it last, with no `,` after it",
            )),
            Err(_) => Err(broken(
                input,
                "expected an expression after `..`, for the fields that are not named",
            )),
        }
    }
}

/// The message about a shape in a `gather_each!`.
fn no_shape(shape: &Shape) -> String {
    let mend = match shape {
        Shape::Struct(shape) => {
            let path = text::of(shape.path.to_token_stream());
            format!(
                "write the branches without `{path} {{ .. }}`; a struct literal that is itself a \
                 future goes in parentheses"
            )
        }
        Shape::TupleStruct(shape) => {
            let path = text::of(shape.path.to_token_stream());
            format!(
                "write the branches without `{path}(..)`; a future of that form goes in parentheses"
            )
        }
        _ => String::from("write the branches without the brackets"),
    };
    format!("`gather_each!` returns results one by one, so it takes no shape: {mend}")
}

/// The path before a group with these delimiters, if there is nothing else; or the error for a path
/// that is written as in a type.
fn path_before(input: ParseStream, delimiter: Delimiter) -> Option<Result<(ExprPath, Group)>> {
    let path = tokens(input, |input| {
        last_group(&input.fork(), delimiter).is_some()
    });
    let group = last_group(input, delimiter)?;
    if is_deep(&path) {
        return None;
    }
    let Ok(expr) = syn::parse2::<ExprPath>(path.clone()) else {
        let ty: TypePath = syn::parse2(path).ok()?;
        let PathArguments::AngleBracketed(_) = ty.path.segments.last()?.arguments else {
            return None;
        };
        return Some(Err(Error::new_spanned(
            &ty,
            format!(
                "in an expression, generic arguments need a `::`: `{}`",
                turbofish(&ty)
            ),
        )));
    };
    expr.attrs.is_empty().then_some(Ok((expr, group)))
}

/// `Page::<u8>`
fn turbofish(ty: &TypePath) -> String {
    let mut written = TokenStream::new();
    let mut begins = true;
    for token in ty.to_token_stream() {
        if is(&token, '<') && std::mem::take(&mut begins) {
            written.extend(quote!(::));
        }
        written.extend([token]);
    }
    text::of(written)
}

/// The message for `user = fetch()`, or for an option, in a struct.
fn with_equals(policy: Policy, input: ParseStream) -> Option<String> {
    let ahead = input.fork();
    let name: Ident = ahead.parse().ok()?;
    let _: Token![=] = ahead.parse().ok()?;
    let value = text::of(up_to_comma(&ahead));
    Some(if is_exact(&name) {
        let (value, _) = value.split_once(';').unwrap_or((&value, ""));
        misplaced(policy, &format!("{name} = {value}"))
    } else {
        format!(
            "a field of a struct takes a `:`: `{}: {value}`",
            text::name(&name)
        )
    })
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

/// Rejects `[a(); 3]`, which would run one future three times.
fn no_repeat(elements: &Group) -> Result<()> {
    if elements.stream().into_iter().any(|token| is(&token, ';')) {
        return Err(Error::new(
            elements.span(),
            "a future runs once, so it cannot be repeated: write each branch out, or spread an iterator that creates them, `..(0..3).map(|_| a())`",
        ));
    }
    Ok(())
}

/// The elements, without a `;` and the count after it.
fn without_repeat(elements: TokenStream) -> TokenStream {
    let mut repeats = false;
    elements
        .into_iter()
        .filter(|token| {
            repeats = is(token, ';') || (repeats && !is(token, ','));
            !repeats
        })
        .collect()
}
