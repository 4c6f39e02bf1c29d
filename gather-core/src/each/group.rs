//! Starting branches whose results are taken one by one.

use crate::each::branches::{Branches, deliver};
use crate::each::handle::Each;
use crate::place::branches as run;
use crate::place::group::{Group, LimitedGroup};
use crate::place::limit::Queueing;
use crate::place::shared::{LimitedSharedGroup, SharedGroup, Sharing, SharingPlaces};
use crate::policy::Unordered;
use crate::task::Spawner;

type Inner = Unordered<()>;

impl<T: Send + 'static> Group<Unordered<T>> {
    /// Starts each branch, in order and as a tokio task of its own, and returns the handle that
    /// yields their results as they arrive.
    ///
    /// `branches` is a [branch](crate::each::branch()), a [spread](crate::each::spread()), or a
    /// tuple of these.
    ///
    /// # Panics
    ///
    /// Panics as [`spawn`](Group::spawn) does.
    ///
    /// # Examples
    ///
    /// ```
    /// use gather_core::{Each, Group, each::branch};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let branches = (
    ///     branch("std::future::pending()", std::future::pending()),
    ///     branch("async { 7 }", async { 7 }),
    /// );
    /// let mut each: Each<u8> = Group::each().start(branches);
    /// assert_eq!(each.next().await, Some((1, 7)));
    /// # }
    /// ```
    #[track_caller]
    pub fn start<B>(self, branches: B) -> Each<T>
    where
        B: Branches<Unordered<T>>,
        B::Delivering: run::Branches<Inner, Spawner<Inner>>,
    {
        let (delivering, inlet) = deliver(branches, false);
        Each::new(self.with_policy().spawn(delivering, |_| ()), inlet)
    }
}

impl<T: Send + 'static> LimitedGroup<Unordered<T>> {
    /// Starts each branch when the branches before it have started and a slot is free. Returns the
    /// handle that yields the results as they arrive. A branch keeps its slot until its result is
    /// taken.
    ///
    /// # Panics
    ///
    /// Panics as [`spawn`](LimitedGroup::spawn) does.
    #[track_caller]
    pub fn start<B>(self, branches: B) -> Each<T>
    where
        B: Branches<Unordered<T>>,
        B::Delivering: run::Branches<Inner, Queueing<Inner>>,
    {
        let (delivering, inlet) = deliver(branches, true);
        Each::new(self.with_policy().spawn(delivering, |_| ()), inlet)
    }
}

impl<T: Send + 'static> SharedGroup<Unordered<T>> {
    /// Starts the branches on the tasks that they share, and returns the handle that yields the
    /// results as they arrive.
    ///
    /// # Panics
    ///
    /// Panics as [`spawn`](SharedGroup::spawn) does.
    #[track_caller]
    pub fn start<B>(self, branches: B) -> Each<T>
    where
        B: Branches<Unordered<T>>,
        B::Delivering: run::Branches<Inner, Sharing<Inner>>,
    {
        let (delivering, inlet) = deliver(branches, false);
        Each::new(self.with_policy().spawn(delivering, |_| ()), inlet)
    }
}

impl<T: Send + 'static> LimitedSharedGroup<Unordered<T>> {
    /// Starts each branch when the branches before it have started and a slot is free. Returns the
    /// handle that yields the results as they arrive. A branch keeps its slot until its result is
    /// taken.
    ///
    /// # Panics
    ///
    /// Panics as [`spawn`](LimitedSharedGroup::spawn) does.
    #[track_caller]
    pub fn start<B>(self, branches: B) -> Each<T>
    where
        B: Branches<Unordered<T>>,
        B::Delivering: run::Branches<Inner, SharingPlaces<Inner>>,
    {
        let (delivering, inlet) = deliver(branches, true);
        Each::new(self.with_policy().spawn(delivering, |_| ()), inlet)
    }
}
