//! What an expansion calls the results of its branches.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};
use syn::{Expr, Path};

use crate::ast::{Kind, plain};

/// What the base of a struct is called.
const BASE: &str = "base";

/// What to call the result of a branch, after the function that is called or the variable that is spread.
pub(crate) fn suggest(kind: Kind, expr: &Expr) -> Option<String> {
    let name = match expr {
        Expr::Call(call) => return suggest(kind, &call.func),
        Expr::MethodCall(call) if kind == Kind::Spread => return suggest(kind, &call.receiver),
        Expr::MethodCall(call) => plain(&call.method),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => plain(name),
            syn::Member::Unnamed(_) => return None,
        },
        Expr::Path(path) => last(&path.path)?,
        Expr::Macro(call) => last(&call.mac.path)?,
        Expr::Struct(literal) => last(&literal.path)?,
        Expr::Paren(inner) => return suggest(kind, &inner.expr),
        Expr::Group(inner) => return suggest(kind, &inner.expr),
        Expr::Try(inner) => return suggest(kind, &inner.expr),
        Expr::Reference(inner) => return suggest(kind, &inner.expr),
        _ => return None,
    };
    let name = snake(&name);
    // `self`, `Self::new` and the like: a keyword is no name.
    syn::parse_str::<Ident>(&name).is_ok().then_some(name)
}

fn last(path: &Path) -> Option<String> {
    path.segments.last().map(|segment| plain(&segment.ident))
}

/// A type, a constant and a function that nobody uses are named otherwise than a variable.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut lower = false;
    for letter in name.trim_start_matches('_').chars() {
        if letter.is_uppercase() && lower {
            snake.push('_');
        }
        lower = letter.is_lowercase();
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The variables of one expansion, each with a name of its own.
pub(crate) struct Names(HashSet<String>);

impl Names {
    pub(crate) fn new() -> Self {
        Names(HashSet::from([BASE.to_owned()]))
    }

    /// A variable with the name suggested, or one as near to it as is free.
    pub(crate) fn variable(&mut self, index: usize, suggested: Option<&str>) -> Ident {
        let wanted = match suggested {
            // A field can be called `r#type`, and its variable cannot be called `type`.
            Some(name) if syn::parse_str::<Ident>(name).is_err() => format!("{name}_"),
            Some(name) => name.to_owned(),
            None => format!("branch_{index}"),
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        Ident::new(&name, Span::mixed_site())
    }

    /// The variable of a struct's base.
    pub(crate) fn base() -> Ident {
        Ident::new(BASE, Span::mixed_site())
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, suggest};
    use crate::ast::Kind;

    fn suggested(kind: Kind, expr: &str) -> Option<String> {
        suggest(kind, &syn::parse_str(expr).expect("it is an expression"))
    }

    #[test]
    fn a_branch_is_named_after_what_is_called() {
        for (expr, name) in [
            ("fetch_user(7)", "fetch_user"),
            ("users::fetch(7)?", "fetch"),
            ("client.get(url)", "get"),
            ("self.pending", "pending"),
            ("Timer { seconds: 5 }", "timer"),
            ("HttpGet::new", "new"),
            ("READY", "ready"),
            ("_unused()", "unused"),
            ("r#loop_()", "loop_"),
            ("(fetch)()", "fetch"),
        ] {
            assert_eq!(suggested(Kind::One, expr).as_deref(), Some(name), "{expr}");
        }
    }

    #[test]
    fn a_spread_is_named_after_what_is_spread() {
        assert_eq!(
            suggested(Kind::Spread, "urls.iter().map(fetch)").as_deref(),
            Some("urls")
        );
    }

    #[test]
    fn what_has_no_name_of_its_own_gets_none() {
        for expr in ["async {}", "self", "42", "tuple.0", "r#match()", "_"] {
            assert_eq!(suggested(Kind::One, expr), None, "{expr}");
        }
    }

    #[test]
    fn no_two_variables_have_the_same_name() {
        let mut names = Names::new();
        let mut variable = |index, suggested| names.variable(index, suggested).to_string();
        assert_eq!(variable(0, Some("fetch")), "fetch");
        assert_eq!(variable(1, Some("fetch")), "fetch_2");
        assert_eq!(variable(2, Some("fetch_2")), "fetch_2_2");
        assert_eq!(variable(3, None), "branch_3");
        assert_eq!(variable(4, Some("base")), "base_2");
        assert_eq!(variable(5, Some("type")), "type_");
    }
}
