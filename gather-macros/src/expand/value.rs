//! An expression of the user's, and the variable that holds its value.

use proc_macro2::{Ident, TokenStream};

use super::site::{self, Site};

/// What is evaluated.
pub(super) struct Value {
    expr: TokenStream,
    /// Where the expression begins: whatever is said of the variable is said there.
    variable: Ident,
}

impl Value {
    /// The names are such as nobody writes, for those who compile the printed text. In tokens they
    /// are told apart by their hygiene, which is that of the functions that take them: else rustc
    /// would report an error about one at the whole call.
    pub(super) fn new(krate: &TokenStream, variable: &str, expr: TokenStream) -> Self {
        let variable = Ident::new(variable, Site::of(&expr, site::resolved(krate)).first);
        Value { expr, variable }
    }

    /// The expression.
    pub(super) fn expr(&self) -> &TokenStream {
        &self.expr
    }

    /// The variable, where it is used.
    pub(super) fn used(&self) -> &Ident {
        &self.variable
    }

    /// `let __branch_0 = fetch(7);`
    pub(super) fn bound(&self) -> TokenStream {
        self.bound_to(&self.expr)
    }

    /// `let __limit: usize = 16;`: rustc reports another type at the expression.
    pub(super) fn bound_as(&self, ty: &Ident) -> TokenStream {
        let Value { expr, variable } = self;
        code!(let #variable: #ty = #expr;)
    }

    /// The same with what is made of the expression at once.
    pub(super) fn bound_to(&self, made: &TokenStream) -> TokenStream {
        let variable = &self.variable;
        code!(let #variable = #made;)
    }
}
