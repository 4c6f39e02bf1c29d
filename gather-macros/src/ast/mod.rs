//! The parts of a macro call.
//!
//! | | |
//! | --- | --- |
//! | `policy` | which macro is called |
//! | `options` | the options before the `;`: which exist, and which macro has which |
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

/// A whole call, `gather!(options; shape)`. The error of a branch is in that branch's place.
pub(crate) struct Call {
    pub(crate) policy: Policy,
    /// The path by which the expansion names the crate: `$crate`, as the crate's macros pass it on.
    pub(crate) krate: TokenStream,
    pub(crate) options: Options,
    pub(crate) shape: Shape,
    /// Errors in the options.
    pub(crate) errors: Vec<Error>,
    /// Errors that leave open which branches there are, or where they run: the return type is then
    /// unknown.
    pub(crate) doubts: Vec<Error>,
}
