//! What a group can start.

use crate::policy::Policy;
use crate::running::Running;

/// Anything that a group can start: a [`Branch`](crate::Branch), a
/// [`Spread`](crate::Spread) (or, under a limit, a [`LazySpread`](crate::LazySpread)), a
/// [`Base`](crate::Base), and a tuple of up to sixteen of these. For more than that, nest
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
