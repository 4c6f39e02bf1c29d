//! What an expansion calls the results of its branches.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};

/// What the base of a struct is called.
const BASE: &str = "base";

/// What the closure of an expansion calls the results, each by a name of its own.
pub(crate) struct Names(HashSet<String>);

impl Names {
    pub(crate) fn new() -> Self {
        Names(HashSet::from([BASE.to_owned()]))
    }

    /// A variable for the result of a branch, with the name of its field or one as near to it as is
    /// free.
    pub(crate) fn variable(&mut self, index: usize, field: Option<&str>) -> Ident {
        let wanted = match field {
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
    use super::Names;

    #[test]
    fn no_two_variables_have_the_same_name() {
        let mut names = Names::new();
        let mut variable = |index, field| names.variable(index, field).to_string();
        assert_eq!(variable(0, Some("user")), "user");
        assert_eq!(variable(1, None), "branch_1");
        assert_eq!(variable(2, Some("branch_1")), "branch_1_2");
        assert_eq!(variable(3, Some("base")), "base_2");
        assert_eq!(variable(4, Some("type")), "type_");
    }
}
