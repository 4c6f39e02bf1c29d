//! The ways to gather, by family. All members of a family take the same branches and return the
//! same values.
//!
//! Unless a contender says otherwise, each of its branches runs as a separate task from the start,
//! and its values are in the order of the branches.
//!
//! This is a package of its own so that the programs in which work is counted build without what
//! reports the counts.

use std::fmt;

/// Defines the enum of a family, with the name of each contender in the results.
macro_rules! family {
    ($(#[$family_doc:meta])* $family:ident { $($(#[$doc:meta])* $contender:ident $name:literal,)* }) => {
        $(#[$family_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $family {
            $($(#[$doc])* $contender,)*
        }

        impl $family {
            /// The whole family, ours first.
            pub const ALL: &'static [Self] = &[$(Self::$contender),*];

            /// The name in the results.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$contender => $name,)*
                }
            }
        }
    };
}

pub mod branches;
pub mod collections;
pub mod limits;
pub mod measure;
pub mod one_by_one;
pub mod repeat;
pub mod try_collections;
pub mod try_tuples;
pub mod tuples;

use branches::Behaviour;
pub use collections::Collection;
pub use limits::{LIMIT, Limited};
use measure::Measure;
pub use one_by_one::OneByOne;
pub use try_collections::TryCollection;
pub use try_tuples::TryTuple;
pub use tuples::Tuple;

/// A contender of any family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// Branches that are written out.
    Tuple(Tuple),
    /// Branches that are written out, and may fail.
    TryTuple(TryTuple),
    /// Branches of an iterator.
    Collection(Collection),
    /// Branches of an iterator, which may fail.
    TryCollection(TryCollection),
    /// Branches of an iterator, only some of which run at a time.
    Limited(Limited),
    /// Branches of an iterator, whose values are taken one by one.
    OneByOne(OneByOne),
}

/// One of ours, an alternative that does the same, and the number of branches: the comparisons that
/// are reported first, and whose ratios must not get worse.
pub const COMPARED: [(Contender, Contender, usize); 18] = {
    use Contender::{Collection as C, Limited as L, OneByOne as O, TryTuple as R, Tuple as T};
    [
        (T(Tuple::Gather), T(Tuple::SpawnJoin), 3),
        (R(TryTuple::TryGather), R(TryTuple::SpawnTryJoin), 3),
        (C(Collection::Gather), C(Collection::InOrder), 1_000),
        (C(Collection::Gather), C(Collection::JoinSet), 1_000),
        (C(Collection::Gather), C(Collection::JoinAll), 1_000),
        (L(Limited::Gather), L(Limited::Semaphore), 10_000),
        (L(Limited::Gather), L(Limited::OneTask), 10_000),
        (T(Tuple::Tasks), T(Tuple::SpawnJoin), 3),
        (C(Collection::TwoTasks), C(Collection::InOrder), 1_000),
        (C(Collection::TwoTasks), C(Collection::JoinSet), 1_000),
        (C(Collection::OneTask), C(Collection::JoinAllHere), 1_000),
        (T(Tuple::Here), T(Tuple::OneTask), 3),
        (C(Collection::Here), C(Collection::JoinAllHere), 1_000),
        (L(Limited::Here), L(Limited::OneTask), 10_000),
        (O(OneByOne::Each), C(Collection::Gather), 1_000),
        (O(OneByOne::Each), O(OneByOne::JoinNext), 1_000),
        (O(OneByOne::TwoTasks), O(OneByOne::Unordered), 1_000),
        (O(OneByOne::TwoTasks), O(OneByOne::Buffered), 1_000),
    ]
};

impl Contender {
    /// All contenders, family by family.
    pub fn all() -> impl Iterator<Item = Self> {
        let tuples = Tuple::ALL.iter().copied().map(Self::Tuple);
        let try_tuples = TryTuple::ALL.iter().copied().map(Self::TryTuple);
        let collections = Collection::ALL.iter().copied().map(Self::Collection);
        let try_collections = TryCollection::ALL.iter().copied().map(Self::TryCollection);
        let limits = Limited::ALL.iter().copied().map(Self::Limited);
        let one_by_one = OneByOne::ALL.iter().copied().map(Self::OneByOne);
        tuples
            .chain(try_tuples)
            .chain(collections)
            .chain(try_collections)
            .chain(limits)
            .chain(one_by_one)
    }

    /// The contender with this `Display` text.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|contender| contender.to_string() == name)
    }

    /// The name of the family in the results.
    #[must_use]
    pub fn family(self) -> &'static str {
        match self {
            Self::Tuple(_) => "tuple",
            Self::TryTuple(_) => "try tuple",
            Self::Collection(_) => "collection",
            Self::TryCollection(_) => "try collection",
            Self::Limited(_) => "limit",
            Self::OneByOne(_) => "one by one",
        }
    }

    /// The name within the family.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tuple(contender) => contender.name(),
            Self::TryTuple(contender) => contender.name(),
            Self::Collection(contender) => contender.name(),
            Self::TryCollection(contender) => contender.name(),
            Self::Limited(contender) => contender.name(),
            Self::OneByOne(contender) => contender.name(),
        }
    }

    /// The contender of the same family with which the others are compared.
    #[must_use]
    pub fn ours(self) -> Self {
        match self {
            Self::Tuple(_) => Self::Tuple(Tuple::Gather),
            Self::TryTuple(_) => Self::TryTuple(TryTuple::TryGather),
            Self::Collection(_) => Self::Collection(Collection::Gather),
            Self::TryCollection(_) => Self::TryCollection(TryCollection::TryGather),
            Self::Limited(_) => Self::Limited(Limited::Gather),
            Self::OneByOne(_) => Self::OneByOne(OneByOne::Each),
        }
    }

    /// The number of tasks that it starts for `branches` branches.
    #[must_use]
    pub fn tasks(self, branches: usize) -> usize {
        match self {
            Self::Tuple(Tuple::Here | Tuple::OneTask)
            | Self::TryTuple(TryTuple::OneTask)
            | Self::Collection(Collection::Here | Collection::JoinAllHere)
            | Self::Limited(Limited::Here | Limited::OneTask)
            | Self::OneByOne(OneByOne::Here | OneByOne::Unordered | OneByOne::Buffered) => 0,
            Self::Tuple(Tuple::Tasks) | Self::Collection(Collection::OneTask) => branches.min(1),
            Self::Collection(Collection::TwoTasks)
            | Self::Limited(Limited::TwoTasks)
            | Self::OneByOne(OneByOne::TwoTasks) => branches.min(2),
            Self::Limited(Limited::Gather) => branches.min(LIMIT),
            _ => branches,
        }
    }

    /// Whether it stops the other branches when the one in the middle fails.
    #[must_use]
    pub fn stops_siblings(self, branches: usize) -> bool {
        match self {
            Self::TryTuple(contender) => contender.stops_siblings(),
            Self::TryCollection(contender) => contender.stops_siblings(branches),
            Self::Tuple(_) | Self::Collection(_) | Self::Limited(_) | Self::OneByOne(_) => false,
        }
    }

    /// Measures it with `branches` branches.
    ///
    /// # Panics
    ///
    /// If there is no tuple of this size.
    pub fn measured<B: Behaviour, M: Measure<B>>(self, branches: usize, by: M) -> M::Found {
        match self {
            Self::Tuple(contender) => contender.measured(branches, by),
            Self::TryTuple(contender) => contender.measured(branches, by),
            Self::Collection(contender) => contender.measured(branches, by),
            Self::TryCollection(contender) => contender.measured(branches, by),
            Self::Limited(contender) => contender.measured(branches, by),
            Self::OneByOne(contender) => contender.measured(branches, by),
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.family(), self.name())
    }
}
