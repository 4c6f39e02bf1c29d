//! Reads one branch.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, Expr, Member, Result, Token};

use super::expression::unwrapped;
use super::extent::{after_dots, broken, broken_off, ends, in_braces, read, unread, up_to_comma};
use super::name::{dots_before_name, keyword, name, no_name, quoted_name, written};
use super::options::with_colon;
use super::word::{first_word, verb};
use crate::ast::{Branch, Kind, Name, Policy};
use crate::{cursor, text};

/// Reads branches.
pub(super) struct Reader {
    pub(super) policy: Policy,
    /// Whether expressions nest too deeply to be read.
    pub(super) is_deep: bool,
    /// Mistakes that leave open which branches there are, and so what the call returns.
    pub(super) doubts: Vec<Error>,
}

impl Reader {
    /// Reads a branch with or without a name, up to what follows it. Returns an error if it is
    /// unclear whether there is a branch. `separated` says whether a comma came before it.
    pub(super) fn branch(&self, separated: bool, input: ParseStream) -> Result<Branch> {
        if let Some(message) = with_colon(self.policy, input) {
            return Err(broken(input, &message));
        }
        if let Some(mistake) = dots_before_name(input).or_else(|| quoted_name(input)) {
            up_to_comma(input);
            return Err(mistake);
        }
        if let Some(message) = keyword(input) {
            return Ok(Branch::broken(broken(input, &message)));
        }
        match name(input) {
            Some(name) => {
                let branch = self.behind_colon(&name, input);
                Ok(named(&name, branch, separated, "branch"))
            }
            None => self.unnamed(separated, input),
        }
    }

    /// Reads the branch after a name and a `:`, which show that there is one.
    pub(super) fn behind_colon(&self, name: &Member, input: ParseStream) -> Branch {
        if input.is_empty() {
            let message = format!("expected a branch after `{}:`", written(name));
            return Branch::broken(Error::new_spanned(name, message));
        }
        if in_braces(input) && self.expression(&input.fork()).is_err() {
            let message = format!(
                "a struct of branches is a gather of its own, with the struct's name: `{}: {}(Page {{ .. }})`",
                written(name),
                self.policy.name()
            );
            return Branch::broken(broken(input, &message));
        }
        self.unnamed(true, input).unwrap_or_else(Branch::broken)
    }

    fn unnamed(&self, separated: bool, input: ParseStream) -> Result<Branch> {
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
        if let Some(message) = verb(self.policy, input) {
            return Ok(Branch::broken(broken(input, &message)));
        }
        match self.expression(&ahead) {
            Ok(expr) if ahead.peek(Token![:]) => {
                let message = no_name(&expr, &ahead);
                Ok(Branch::broken(broken(input, &message)))
            }
            Ok(expr) if separated => {
                input.advance_to(&ahead);
                Ok(whole(kind, expr))
            }
            Ok(expr) => {
                input.advance_to(&ahead);
                Ok(Branch::broken(Error::new_spanned(
                    expr,
                    "expected `,` before this branch",
                )))
            }
            Err(_) if !separated && input.peek(Token![if]) => Err(broken(
                input,
                "a branch takes no condition: spread an `Option`, `..condition.then(|| future)`, or choose in an `async` block",
            )),
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
                "write the branches directly in the call, without braces around them",
            )),
            Err(error) => {
                let message = if spread && ends(&after_dots(input)) {
                    String::from("expected an iterator of futures after `..`")
                } else if let Some(expected) = broken_off(input) {
                    format!("this branch is incomplete: {expected}")
                } else if let Some(mend) = first_word(input) {
                    mend
                } else {
                    format!("this branch is not an expression: {error}")
                };
                let tokens = up_to_comma(&after_dots(input));
                let error = broken(input, &message);
                let whole = if self.is_deep {
                    None
                } else {
                    breaks_off(kind, &tokens, &error)
                };
                Ok(whole.unwrap_or_else(|| Branch::broken(error)))
            }
        }
    }

    /// Reads an expression, as far as it goes.
    pub(super) fn expression(&self, input: ParseStream) -> Result<Expr> {
        if self.is_deep {
            unread(input)
        } else {
            read(input)
        }
    }
}

/// A branch with a complete expression, which may still not be a future.
pub(super) fn whole(kind: Kind, expr: Expr) -> Branch {
    let in_parentheses = matches!(expr, Expr::Paren(_) | Expr::Group(_));
    let expr = unwrapped(expr);
    let text = text::of(expr.to_token_stream());
    let text = match kind {
        Kind::One => text,
        Kind::Spread => format!("..{text}"),
    };
    Branch {
        kind,
        in_parentheses,
        name: match expr {
            Expr::Async(_) | Expr::Block(_) | Expr::Unsafe(_) | Expr::Loop(_) => Name::Block(text),
            _ => Name::Text(text),
        },
        expr: Ok(expr),
    }
}

/// Gives the branch a name: that of its field, or its own. `place` is the word for the branch in
/// the message about a missing comma.
pub(super) fn named(name: &Member, mut branch: Branch, separated: bool, place: &str) -> Branch {
    if !separated {
        let message = format!("expected `,` before this {place}");
        branch.expr = Err(Error::new_spanned(quote!(#name: #branch), message));
    }
    branch.name = Name::Given(written(name));
    branch
}

/// The branch that these tokens would be without one `.` that nothing follows.
///
/// The error replaces the `.` in the form of an index, which binds as tightly. An expression that
/// is indexed by an error is an error itself, so rustc has nothing to add.
fn breaks_off(kind: Kind, tokens: &TokenStream, error: &Error) -> Option<Branch> {
    let error = error.to_compile_error();
    let marked = syn::parse2(cursor::marked(tokens)?).ok()?;
    let mended = syn::parse2(cursor::at_the_dot(tokens, &quote!([#error]))?).ok()?;
    Some(Branch {
        expr: Ok(unwrapped(mended)),
        ..whole(kind, marked)
    })
}

fn is_spread(input: ParseStream) -> bool {
    let spread = input.peek(Token![..]) && !input.peek(Token![..=]) && !input.peek(Token![...]);
    // A `$e:expr` can be a spread. It can also be a range, if a method call follows it.
    let ahead = input.fork();
    let is_fragment = ahead.cursor().group(Delimiter::None).is_some();
    spread && (!is_fragment || (ahead.parse::<TokenTree>().is_ok() && ends(&ahead)))
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    use quote::quote;

    use super::is_spread;
    use crate::parse::extent::all_of;

    #[test]
    fn a_spread_in_a_fragment_is_one_if_nothing_is_behind_it() {
        let fragment = TokenTree::Group(Group::new(Delimiter::None, quote!(..a)));
        for (branch, expected) in [
            (quote!(..a), true),
            (quote!(..a.b()), true),
            (quote!(..=a), false),
            (quote!(#fragment), true),
            (quote!(#fragment, b()), true),
            (quote!(#fragment.b()), false),
        ] {
            let found = all_of(branch.clone(), |input| {
                let found = is_spread(input);
                let _: TokenStream = input.parse().expect("any tokens are");
                found
            });
            assert_eq!(found, expected, "{branch}");
        }
    }
}
