//! Starting a program, by the macros and by the calls that they stand for.

use gather::rt::{Group, lazy_spread, spread};
use gather::{gather, gather_settled, try_gather};
use tokio::runtime::Handle;

use crate::handle::{
    AnyGather, Both, Page, Waiting, all, all_here, fail_fast, fail_fast_here, fail_fast_into,
    fail_fast_into_here,
};
use crate::program::{Form, Moment, Place, Policy};
use crate::scripted::{Converted, Failure, Key, Scripted, Stage};

/// Calls a macro with the branches in their form.
macro_rules! by_macro {
    ($handle:ident, $gather:ident!($($options:tt)*), $branches:ident) => {{
        let count = $branches.numbers.len();
        let at = |position| $branches.at(position);
        let others = |first, end| $branches.spread(first, end);
        match ($branches.form(), count) {
            (Form::Tuple, 1) => $handle($gather!($($options)* at(0))),
            (Form::Tuple, 2) => $handle($gather!($($options)* at(0), at(1))),
            (Form::Tuple, _) => $handle($gather!($($options)* at(0), at(1), at(2))),
            (Form::Array, 1) => $handle($gather!($($options)* [at(0)])),
            (Form::Array, _) => $handle($gather!($($options)* [at(0), at(1)])),
            (Form::Struct, _) => $handle($gather!(
                $($options)* Page { first: at(0), others: ..others(1, count) }
            )),
            _ => by_macro_in_any_place!($handle, $gather!($($options)*), $branches),
        }
    }};
}

/// Calls a macro with the branches in a form that is compiled for every place.
macro_rules! by_macro_in_any_place {
    ($handle:ident, $gather:ident!($($options:tt)*), $branches:ident) => {{
        let count = $branches.numbers.len();
        let at = |position| $branches.at(position);
        let others = |first, end| $branches.spread(first, end);
        match $branches.form() {
            Form::Mixed => $handle($gather!(
                $($options)* at(0), ..others(1, count - 1), at(count - 1)
            )),
            Form::TupleStruct => $handle($gather!($($options)* Both(at(0), ..others(1, count)))),
            Form::Keyed => $handle($gather!($($options)* ..$branches.keyed())),
            Form::Spread => $handle($gather!($($options)* ..others(0, count))),
            form => unreachable!("{form:?} is not compiled for every place"),
        }
    }};
}

/// Calls the macro of the policy, with the limit and the options of the place.
macro_rules! in_place {
    (
        ($($place:tt)*), [$all:ident, $fail_fast:ident, $fail_fast_into:ident],
        $planned:ident, $branches:ident
    ) => {
        match ($planned.policy, $planned.limit) {
            (Policy::All, None) => {
                by_macro_in_any_place!($all, gather!($($place)*;), $branches)
            }
            (Policy::All, Some(n)) => {
                by_macro_in_any_place!($all, gather!($($place)*, limit = n;), $branches)
            }
            (Policy::FailFast, None) => {
                by_macro_in_any_place!($fail_fast, try_gather!($($place)*;), $branches)
            }
            (Policy::FailFast, Some(n)) => {
                by_macro_in_any_place!($fail_fast, try_gather!($($place)*, limit = n;), $branches)
            }
            (Policy::FailFastInto, None) => by_macro_in_any_place!(
                $fail_fast_into, try_gather!($($place)*, error = Converted;), $branches
            ),
            (Policy::FailFastInto, Some(n)) => by_macro_in_any_place!(
                $fail_fast_into,
                try_gather!($($place)*, limit = n, error = Converted;),
                $branches
            ),
            (Policy::Catching, None) => {
                by_macro_in_any_place!($fail_fast, try_gather!($($place)*, catch;), $branches)
            }
            (Policy::Catching, Some(n)) => by_macro_in_any_place!(
                $fail_fast, try_gather!(catch, $($place)*, limit = n;), $branches
            ),
            (Policy::CatchingInto, None) => by_macro_in_any_place!(
                $fail_fast_into,
                try_gather!($($place)*, catch, error = Converted;),
                $branches
            ),
            (Policy::CatchingInto, Some(n)) => by_macro_in_any_place!(
                $fail_fast_into,
                try_gather!($($place)*, limit = n, error = Converted, catch;),
                $branches
            ),
            (Policy::Settled, None) => {
                by_macro_in_any_place!($all, gather_settled!($($place)*;), $branches)
            }
            (Policy::Settled, Some(n)) => {
                by_macro_in_any_place!($all, gather_settled!($($place)*, limit = n;), $branches)
            }
        }
    };
}

/// Makes a group and two spreads, and starts them.
macro_rules! by_hand {
    ($handle:ident, $group:expr, $spread:ident, $branches:ident) => {{
        let (count, half) = ($branches.numbers.len(), $branches.numbers.len() / 2);
        let (group, first, others) = (
            $group.on(Handle::current()),
            $spread("first", $branches.spread(0, half)),
            $spread("others", $branches.spread(half, count)),
        );
        $handle(group.spawn((first, (others,)), |(first, (others,))| (first, others)))
    }};
}

/// Starts the gather with this number on the current runtime.
pub(crate) fn start(gather: usize, stage: &Stage) -> Box<dyn AnyGather> {
    let planned = &stage.plan.gathers[gather];
    let branches = Branches::of(gather, stage);
    match planned.place {
        Place::Tasks => {}
        Place::Shared(tasks) => {
            return in_place!(
                (tasks = tasks),
                [all, fail_fast, fail_fast_into],
                planned,
                branches
            );
        }
        Place::Here => unreachable!("nobody has a handle of what runs in a branch"),
    }
    let by_hand = planned.form == Form::ByHand;
    match (planned.policy, planned.limit) {
        (Policy::All, None) if by_hand => by_hand!(all, Group::new(), spread, branches),
        (Policy::All, Some(n)) if by_hand => {
            by_hand!(all, Group::new().limit(n), lazy_spread, branches)
        }
        (Policy::FailFast, None) if by_hand => {
            by_hand!(fail_fast, Group::fail_fast::<Failure>(), spread, branches)
        }
        (Policy::FailFast, Some(n)) if by_hand => {
            by_hand!(
                fail_fast,
                Group::fail_fast().limit(n),
                lazy_spread,
                branches
            )
        }
        (Policy::FailFastInto, None) if by_hand => {
            by_hand!(
                fail_fast_into,
                Group::fail_fast_into::<Converted>(),
                spread,
                branches
            )
        }
        (Policy::FailFastInto, Some(n)) if by_hand => {
            let group = Group::fail_fast_into::<Converted>().limit(n);
            by_hand!(fail_fast_into, group, lazy_spread, branches)
        }
        (Policy::Catching, None) if by_hand => {
            let group = Group::fail_fast::<Failure>().catch();
            by_hand!(fail_fast, group, spread, branches)
        }
        (Policy::Catching, Some(n)) if by_hand => {
            let group = Group::fail_fast::<Failure>().catch().limit(n);
            by_hand!(fail_fast, group, lazy_spread, branches)
        }
        (Policy::CatchingInto, None) if by_hand => {
            let group = Group::fail_fast_into::<Converted>().catch();
            by_hand!(fail_fast_into, group, spread, branches)
        }
        (Policy::CatchingInto, Some(n)) if by_hand => {
            let group = Group::fail_fast_into::<Converted>().catch().limit(n);
            by_hand!(fail_fast_into, group, lazy_spread, branches)
        }
        (Policy::Settled, None) if by_hand => by_hand!(all, Group::settled(), spread, branches),
        (Policy::Settled, Some(n)) if by_hand => {
            by_hand!(all, Group::settled().limit(n), lazy_spread, branches)
        }
        (Policy::All, None) => by_macro!(all, gather!(), branches),
        (Policy::All, Some(n)) => by_macro!(all, gather!(limit = n;), branches),
        (Policy::FailFast, None) => by_macro!(fail_fast, try_gather!(), branches),
        (Policy::FailFast, Some(n)) => by_macro!(fail_fast, try_gather!(limit = n;), branches),
        (Policy::FailFastInto, None) => {
            by_macro!(fail_fast_into, try_gather!(error = Converted;), branches)
        }
        (Policy::FailFastInto, Some(n)) => {
            by_macro!(
                fail_fast_into,
                try_gather!(limit = n, error = Converted;),
                branches
            )
        }
        (Policy::Catching, None) => by_macro!(fail_fast, try_gather!(catch;), branches),
        (Policy::Catching, Some(n)) => {
            by_macro!(fail_fast, try_gather!(limit = n, catch;), branches)
        }
        (Policy::CatchingInto, None) => by_macro!(
            fail_fast_into,
            try_gather!(catch, error = Converted;),
            branches
        ),
        (Policy::CatchingInto, Some(n)) => by_macro!(
            fail_fast_into,
            try_gather!(catch, limit = n, error = Converted;),
            branches
        ),
        (Policy::Settled, None) => by_macro!(all, gather_settled!(), branches),
        (Policy::Settled, Some(n)) => by_macro!(all, gather_settled!(limit = n;), branches),
    }
}

/// Runs the gather with this number: in the task that polls it, or started on its runtime.
pub(crate) fn run(gather: usize, stage: &Stage) -> Waiting<'static> {
    let planned = &stage.plan.gathers[gather];
    if planned.place != Place::Here {
        return start(gather, stage).into_wait();
    }
    let branches = Branches::of(gather, stage);
    in_place!(
        (here),
        [all_here, fail_fast_here, fail_fast_into_here],
        planned,
        branches
    )
}

/// The branches of a gather, which have yet to be made.
pub(crate) struct Branches<'a> {
    gather: usize,
    numbers: &'a [usize],
    stage: &'a Stage,
}

impl<'a> Branches<'a> {
    pub(crate) fn of(gather: usize, stage: &'a Stage) -> Self {
        Branches {
            gather,
            numbers: &stage.plan.gathers[gather].branches,
            stage,
        }
    }

    fn form(&self) -> Form {
        self.stage.plan.gathers[self.gather].form
    }

    pub(crate) fn at(&self, position: usize) -> Scripted {
        Scripted::new(self.numbers[position], self.stage)
    }

    pub(crate) fn spread(&self, first: usize, end: usize) -> Spread {
        Spread {
            numbers: self.numbers[first..end].to_vec(),
            pulled: 0,
            stage: self.stage.clone(),
        }
    }

    /// An iterator of all branches, each with its position.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = (Key, Scripted)> + Send + use<> {
        let (numbers, stage) = (self.numbers.to_vec(), self.stage.clone());
        let key = move |(position, branch)| Key::new(position, branch, &stage);
        let keys = numbers.into_iter().enumerate().map(key);
        keys.zip(self.spread(0, self.numbers.len()))
    }
}

/// An iterator that makes each branch when it is pulled.
pub(crate) struct Spread {
    numbers: Vec<usize>,
    pulled: usize,
    stage: Stage,
}

impl Iterator for Spread {
    type Item = Scripted;

    fn next(&mut self) -> Option<Scripted> {
        let branch = *self.numbers.get(self.pulled)?;
        self.pulled += 1;
        self.stage.ask(branch, Moment::Pull);
        Some(Scripted::new(branch, &self.stage))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.numbers.len() - self.pulled;
        (left, Some(left))
    }
}

impl Drop for Spread {
    fn drop(&mut self) {
        for branch in &self.numbers {
            self.stage.ask(*branch, Moment::DropIterator);
        }
    }
}
