//! One of the user's expressions, and the variable that holds its value.

use proc_macro2::{Ident, TokenStream};

use super::site::{self, Site};

/// An expression to evaluate.
pub(super) struct Value {
    expr: TokenStream,
    /// Placed where the expression begins: rustc reports every error about the variable there.
    variable: Ident,
}

impl Value {
    /// Nobody writes such names, so they do not collide when the expansion is printed and compiled
    /// as text. As tokens, they differ by their hygiene, which is that of the functions that take
    /// the variables. With other hygiene, rustc would report an error about a variable at the whole
    /// call.
    pub(super) fn new(krate: &TokenStream, variable: &str, expr: TokenStream) -> Self {
        let variable = Ident::new(variable, Site::of(&expr, site::resolved(krate)).first);
        Value { expr, variable }
    }

    pub(super) fn expr(&self) -> &TokenStream {
        &self.expr
    }

    /// The variable, for use in an expression.
    pub(super) fn used(&self) -> &Ident {
        &self.variable
    }

    /// The variable for what comes of the expression: `__result_0` of `__branch_0`.
    pub(super) fn result(&self) -> Ident {
        let name = self.variable.to_string().replace("branch", "result");
        Ident::new(&name, self.variable.span())
    }

    /// `let __branch_0 = fetch(7);`
    pub(super) fn bound(&self) -> TokenStream {
        self.bound_to(&self.expr)
    }

    /// `let __limit: usize = 16;`, so that rustc reports a value of another type at the expression.
    pub(super) fn bound_as(&self, ty: &Ident) -> TokenStream {
        let Value { expr, variable } = self;
        code!(let #variable: #ty = #expr;)
    }

    /// The same, bound to code made from the expression.
    pub(super) fn bound_to(&self, made: &TokenStream) -> TokenStream {
        let variable = &self.variable;
        code!(let #variable = #made;)
    }
}
