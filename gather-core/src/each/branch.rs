//! A future that will send its result.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::branch as run;
use crate::each::branches::{Branches, OneType};
use crate::each::deliver::{Deliver, Value, Way};
use crate::each::numbers::Numbers;
use crate::each::outlet::{Outlet, Outlets};
use crate::explain::{AllAtOnce, Awaitable, BranchValue, IntoBranch, Plain, SameOutput, ValueOf};
use crate::policy::{Accepts, Policy, Unordered};
use crate::running::Keying;
use crate::task::Held;

/// A named future for a group of `gather_each!`, made by [`branch`].
pub struct Branch<F: Future, P: OneType> {
    future: Pin<Box<F>>,
    name: &'static str,
    make: Make<F, P>,
}

/// Makes a future into a branch that sends its result.
type Make<F, P> = fn(&'static str, Pin<Box<F>>, Outlet<<P as OneType>::Value>) -> Run<F, P>;

/// A branch that returns nothing, and sends its result instead. Its future is boxed, because it
/// would be moved more often than that of another branch, and it can be large.
type Run<F, P> =
    run::Branch<Held<Deliver<Pin<Box<F>>, Infallible, <P as OneType>::Value>>, (), Unordered<()>>;

/// Makes a branch from a future, or from a value that converts into one. Its result is returned
/// when it finishes.
///
/// Messages refer to the branch by `name`. Only `B` matters to a caller: the other parameters are
/// inferred.
///
/// # Examples
///
/// ```
/// use gather_core::{Group, each::branch};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let branches = (branch("async { 42 }", async { 42 }),);
/// let mut each = Group::each().start(branches);
/// assert_eq!(each.next().await, Some((0, 42)));
/// assert_eq!(each.next().await, None);
/// # }
/// ```
#[inline]
pub fn branch<
    B, // what is written as the branch
    F, // its future
    O, // the output, under the name that inference found
    P, // the policy of the group
    K, // marks how `B` becomes a future
    L, // marks how the output is sent
    M, // marks how `P` accepts the output
>(
    name: &'static str,
    branch: B,
) -> Branch<F, P>
where
    B: IntoBranch<F, K>,
    K: AllAtOnce,
    K: Awaitable<B>,
    F: Future,
    F: Send,
    F: 'static,
    F::Output: BranchValue<O, L>,
    P: OneType,
    P: Policy<Error = Infallible>,
    P: Accepts<O, M, Value = <P as OneType>::Value>,
    M: SameOutput<<P as OneType>::Value, O>,
    <P as OneType>::Value: Send + 'static,
    O: 'static,
    L: 'static,
    M: 'static,
    O: ValueOf<F::Output>,
{
    Branch {
        future: Box::pin(branch.into_branch()),
        name,
        make: |name, future, outlet| {
            let value: Value<Infallible, _, _> = result::<Plain, _, _, _, P, _, _>;
            let way = Arc::new(Way {
                value,
                outlet,
                first: 0,
            });
            run::branch(name, Deliver::new((None, future), 0, way))
        },
    }
}

/// Makes a branch's result from its key, if it has one, and its output.
pub(crate) fn result<N, K, B, O, P, L, M>(key: Option<K>, output: B) -> P::Value
where
    N: Keying,
    B: BranchValue<O, L>,
    P: Policy<Error = Infallible> + Accepts<N::With<K, O>, M>,
{
    let Ok(value) = P::judge(N::with(key, output.into_value()));
    value
}

impl<F: Future, P: OneType> Branches<P> for Branch<F, P> {
    const SPREADS: usize = 0;

    type Delivering = Run<F, P>;

    #[inline]
    fn delivering(self, numbers: &mut Numbers, outlets: &Outlets<P::Value>) -> Run<F, P> {
        let outlet = outlets.of(numbers.branch(self.name));
        (self.make)(self.name, self.future, outlet)
    }
}

impl<F: Future, P: OneType> fmt::Debug for Branch<F, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
