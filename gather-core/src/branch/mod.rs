//! The user's branches, ready to be started: any kind and number of them, as one value.
//!
//! | | |
//! | --- | --- |
//! | [`branch`] | a future, with every bound on the user's expression |
//! | [`spread`] | an iterator of futures |
//! | [`lazy`] | an iterator that is pulled as branches can start, under a limit |
//! | [`base`] | the value that provides the other fields of a struct |
//! | [`tuples`] | tuples of these |

mod base;
#[expect(
    clippy::module_inception,
    reason = "it is the branch of this folder's name"
)]
mod branch;
mod lazy;
mod spread;
mod tuples;

pub use base::{Base, base};
pub use branch::{Branch, branch};
pub use lazy::{LazySpread, lazy_spread};
pub use spread::{Spread, spread};

/// Takes the index of the next branch or spread.
fn take_index(next: &mut usize) -> usize {
    let index = *next;
    *next += 1;
    index
}
