//! What a call of the macros is made of.

mod branch;
mod options;
mod policy;
mod shape;

use proc_macro2::TokenStream;
use syn::Error;

pub(crate) use branch::{Branch, Kind, Name};
pub(crate) use options::{Clash, Options, Setting};
pub(crate) use policy::Policy;
pub(crate) use shape::{Shape, Struct, TupleStruct};

/// A whole call, `gather!(options; shape)`. What is wrong with a branch stands in that branch's
/// place.
pub(crate) struct Call {
    pub(crate) policy: Policy,
    /// The path by which the expansion names the crate: `$crate`, as its macros hand it on.
    pub(crate) krate: TokenStream,
    pub(crate) options: Options,
    pub(crate) shape: Shape,
    /// What is wrong with the options.
    pub(crate) errors: Vec<Error>,
    /// What leaves open which branches there are: whatever the call returns is then as good as any.
    pub(crate) doubts: Vec<Error>,
}
