//! What a call of the macros is made of.
//!
//! | | |
//! | --- | --- |
//! | `policy` | which macro is called |
//! | `options` | what stands before the `;`: which options there are, and which macro has which |
//! | `shape` | a tuple, an array, a struct or a tuple struct |
//! | `branch` | a branch or a spread, and its name |

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
    /// What leaves open which branches there are, or where they run: the return type is then unknown.
    pub(crate) doubts: Vec<Error>,
}
