//! The parts of a call: its branches, its spreads and its base.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::{options, site, value::Value};
use crate::ast::{Branch, Call, Kind, Name};

/// A branch, a spread, or the base of a struct.
pub(super) struct Part {
    pub(super) value: Value,
    /// The function that takes it.
    function: &'static str,
    /// Its name in messages. A base has none.
    name: Option<TokenStream>,
}

/// The parts, in the order of the call.
pub(super) fn all(call: &Call) -> Vec<Part> {
    let branches = call.shape.branches().into_iter().enumerate();
    let branches = branches.map(|(index, branch)| Part::branch(call, index, branch));
    let base = call.shape.base().map(|base| match base {
        Ok(expr) => Part::base(call, expr.to_token_stream()),
        Err(error) => Part::base(call, error.to_compile_error()),
    });
    branches.chain(base).collect()
}

impl Part {
    fn branch(call: &Call, index: usize, branch: &Branch) -> Self {
        let variable = format!("__branch_{index}");
        Part {
            value: Value::new(&call.krate, &variable, branch.to_token_stream()),
            function: match branch.kind {
                Kind::One => "branch",
                Kind::Spread if call.options.has_limit() && !call.options.is_here() => {
                    "lazy_spread"
                }
                Kind::Spread => "spread",
            },
            name: Some(name(branch)),
        }
    }

    fn base(call: &Call, expr: TokenStream) -> Self {
        Part {
            value: Value::new(&call.krate, "__base", expr),
            function: "base",
            name: None,
        }
    }

    /// `branch("fetch(7)", __branch_0)`
    pub(super) fn made(&self, call: &Call) -> TokenStream {
        self.made_of(call, &self.value.used().to_token_stream())
    }

    /// `spread("..ids.map(fetch)", ids.map(fetch))`
    pub(super) fn made_in_place(&self, call: &Call) -> TokenStream {
        self.made_of(call, self.value.expr())
    }

    fn made_of(&self, call: &Call, value: &TokenStream) -> TokenStream {
        let name = self.name.as_ref().map(|name| code!(#name,));
        let arguments = code!(#name #value);
        let module = options::functions(call);
        site::function(&module, self.function, self.value.expr(), arguments)
    }
}

/// `"fetch(7)"`. A block is identified by its line: `` `async move { .. }` at src/main.rs:7 ``. A
/// name that already has backticks gets no others.
fn name(branch: &Branch) -> TokenStream {
    let text = match &branch.name {
        Name::Given(name) | Name::Text(name) => {
            return Literal::string(name).into_token_stream();
        }
        Name::Block(text) => Literal::string(&format!("`{text}` at ")),
    };
    // `line!()` gives the line of the outermost macro call around its own tokens. They have the
    // span of the user's tokens, so only the user's macro calls are around them.
    let first = branch.to_token_stream().into_iter().next();
    let place = first.map_or_else(Span::call_site, |token| token.span());
    let line = quote_spanned!(place=> ::core::line!());
    code!(::core::concat!(#text, ::core::file!(), ":", #line))
}
