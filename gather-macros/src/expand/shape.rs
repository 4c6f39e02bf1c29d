//! Makes the value in the shape of the call.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Member;

use super::tuple::{WIDEST, flat, nested};
use super::value::Value;
use crate::ast::{Shape, Struct, TupleStruct};

/// The closure that makes the shape from the results.
pub(super) fn results(shape: &Shape, values: &[&Value]) -> TokenStream {
    // If the branches already have this shape, the closure returns the results unchanged. This is
    // not just shorter: a branch may return `!`, and naming that result would make the rest
    // unreachable.
    if matches!(shape, Shape::Tuple(_) | Shape::Vec(_)) && values.len() <= WIDEST {
        return code!(|results| results);
    }
    let results: Vec<Ident> = values.iter().map(|value| value.result()).collect();
    let results: Vec<&Ident> = results.iter().collect();
    let pattern = nested(&tokens_of(&results));
    let made = shaped(shape, &results);
    // Here the closure names the results. An element of an array, or of a tuple too wide to be one
    // tuple, may be of type `!`, and rustc would warn of an "unreachable expression". A field
    // hardly ever has that type.
    let may_be_never = matches!(shape, Shape::Array(_) | Shape::Tuple(_));
    let allow = may_be_never.then(|| code!(#[allow(unreachable_code)]));
    code!(#allow |#pattern| #made)
}

/// The shape, with the results in place of the branches.
pub(super) fn shaped(shape: &Shape, results: &[&Ident]) -> TokenStream {
    match shape {
        Shape::Tuple(_) => flat(&tokens_of(results)),
        Shape::Vec(_) => unreachable!("the results of a lone spread are taken as they come"),
        Shape::Array(_) => code!([#(#results),*]),
        Shape::Struct(Struct { path, fields, base }) => {
            let (results, rest) = results.split_at(fields.len());
            let fields = fields
                .iter()
                .zip(results)
                .map(|((member, _), result)| field(member, result));
            let base = base.as_ref().map(|_| code!(..#(#rest)*));
            // Placed at the call, so that rustc's advice about the fields refers to the user's
            // fields.
            let mut braces = Group::new(Delimiter::Brace, code!(#(#fields,)* #base));
            braces.set_span(Span::call_site());
            code!(#path #braces)
        }
        Shape::TupleStruct(TupleStruct {
            path, parentheses, ..
        }) => {
            let mut group = Group::new(Delimiter::Parenthesis, code!(#(#results),*));
            group.set_span(*parentheses);
            code!(#path #group)
        }
    }
}

/// `user: __result_0`, placed at the field, where rustc reports a mismatched type.
fn field(member: &Member, result: &Ident) -> TokenStream {
    let span = match member {
        Member::Named(name) => name.span(),
        Member::Unnamed(index) => index.span,
    };
    let result = Ident::new(&result.to_string(), span.resolved_at(result.span()));
    code!(#member: #result)
}

fn tokens_of(results: &[&Ident]) -> Vec<TokenStream> {
    results.iter().map(ToTokens::to_token_stream).collect()
}
