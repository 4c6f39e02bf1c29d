//! The user's branches, ready to be started: any kind and number of them, as one value.
//!
//! | | |
//! | --- | --- |
//! | [`branch`] | a future, with every bound on the user's expression |
//! | [`spread`] | an iterator of futures |
//! | [`lazy`] | an iterator that is pulled as branches can start, under a limit |
//! | [`base`] | the value that provides the other fields of a struct |
//! | [`origin`] | the name of a branch, and its span |
//! | [`tuples`] | tuples of these |

mod base;
#[expect(
    clippy::module_inception,
    reason = "it is the branch of this folder's name"
)]
mod branch;
mod lazy;
pub(crate) mod origin;
mod spread;
mod tuples;

use crate::policy::Policy;
use crate::running::Running;

pub use base::{Base, base};
pub use branch::{Branch, branch};
pub use lazy::{LazySpread, lazy_spread};
pub use spread::{Spread, spread};

/// Anything that a group can start: a [`Branch`], a [`Spread`] (or, under a limit, a
/// [`LazySpread`]), a [`Base`], and a tuple of up to sixteen of these. For more than that, nest
/// tuples.
///
/// `P` is the policy of the group, and `S` is the type that starts its branches: a
/// [`Spawner`](crate::Spawner), or, under a limit, a [`Queueing`](crate::Queueing).
#[diagnostic::on_unimplemented(
    message = "this group cannot start `{Self}`",
    note = "a group with a limit starts a `lazy_spread(..)`; a group without a limit starts a `spread(..)`"
)]
pub trait Branches<P: Policy, S>: Sized {
    /// The type of the started branches, in the same shape.
    type Running: Running<P>;

    /// Makes the places of the branches. `next` is the index of the next branch or spread of the
    /// call.
    #[doc(hidden)]
    fn places(&mut self, next: &mut usize) -> Self::Running;

    /// Starts the branches in order. Called once. They are borrowed, because a future can be large:
    /// each is moved once, from here into its task.
    #[doc(hidden)]
    fn start(&mut self, running: &Self::Running, starter: &S);
}

/// Takes the index of the next branch or spread.
fn take_index(next: &mut usize) -> usize {
    let index = *next;
    *next += 1;
    index
}
