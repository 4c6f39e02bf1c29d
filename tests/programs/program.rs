//! What is gathered: a tree of gathers whose leaves follow a script.

/// A gather, as it is generated.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) policy: Policy,
    pub(crate) place: Place,
    pub(crate) limit: Option<usize>,
    pub(crate) form: Form,
    pub(crate) branches: Vec<Branch>,
}

/// The macro that is called, or the group that it expands to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Policy {
    All,
    FailFast,
    /// With `error = ..`.
    FailFastInto,
    /// With `catch`.
    Catching,
    /// With `catch` and `error = ..`.
    CatchingInto,
    Settled,
}

/// Where the branches run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// Each as a task of its own.
    Tasks,
    /// On this number of tasks: `tasks = n`.
    Shared(usize),
    /// In the branch that contains the gather: `here`. A task awaits the outermost gather.
    Here,
}

/// The form in which the branches are written. If there are too few or too many branches for the
/// form, they are one spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// `a, b, c`
    Tuple,
    /// `[a, b]`
    Array,
    /// `..all`
    Spread,
    /// `..keyed`, with pairs of a key and a future
    Keyed,
    /// `first, ..others, last`
    Mixed,
    /// `Page { first, others: ..others }`
    Struct,
    /// `Both(first, ..others)`
    TupleStruct,
    /// `..half, ..others`, without the macro, by calls of the documented API.
    ByHand,
}

#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) body: Body,
    /// Whether the value or the error of the branch panics when it is dropped.
    pub(crate) output_panics: bool,
    /// Whether converting the error or the panic of the branch panics.
    pub(crate) conversion_panics: bool,
    /// How the code of the branch comes back to the outermost gather.
    pub(crate) asks: Option<Asks>,
}

/// What the code of a branch does with the handle of the outermost gather, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Asks {
    pub(crate) at: Moment,
    pub(crate) does: Deed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment {
    /// The iterator is about to yield the branch.
    Pull,
    /// The branch is about to end.
    Poll,
    /// Its future is dropped.
    DropFuture,
    /// Its output is dropped.
    DropOutput,
    /// Its error or its panic is converted.
    Convert,
    /// Its key is dropped.
    DropKey,
    /// The iterator that yields it is dropped.
    DropIterator,
    /// The payload of its panic is dropped.
    DropPanic,
}

/// What needs the handle does nothing if the owner has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Deed {
    /// Asks the handle for everything that it reports.
    Look,
    /// Aborts the gather. The owner awaits the end.
    Abort,
    Drop,
    Detach,
    /// Polls the handle once.
    Poll,
    TryResult,
    /// Starts another gather, and drops it.
    DropAnother,
    /// Starts another gather, and detaches it.
    DetachAnother,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// A future that follows a script.
    Script {
        /// How often the branch must be released before it ends. With 0, it ends at its first poll.
        steps: u8,
        end: End,
        /// Whether dropping the future panics.
        future_panics: bool,
    },
    /// A gather inside the branch. It is started when the branches of the outer gather are
    /// evaluated, if that is possible, or by the branch itself. A gather that runs in the branch is
    /// started by the branch.
    Gather { early: bool, inner: Program },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Return,
    Fail,
    Panic,
    /// It never ends.
    Hang,
}

/// The branches of a program by number. Outer branches come before the branches inside them.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) gathers: Vec<PlannedGather>,
    pub(crate) branches: Vec<PlannedBranch>,
}

#[derive(Debug)]
pub(crate) struct PlannedGather {
    pub(crate) policy: Policy,
    pub(crate) place: Place,
    pub(crate) limit: Option<usize>,
    pub(crate) form: Form,
    pub(crate) branches: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct PlannedBranch {
    pub(crate) task: Task,
    /// The gather that the branch belongs to.
    pub(crate) gather: usize,
    /// Whether the branch is one of an iterator.
    pub(crate) in_spread: bool,
    pub(crate) output_panics: bool,
    pub(crate) conversion_panics: bool,
    pub(crate) asks: Option<Asks>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Script {
        steps: u8,
        end: End,
        future_panics: bool,
    },
    /// The gather with this number.
    Gather { number: usize, early: bool },
}

impl Plan {
    pub(crate) fn of(program: &Program) -> Self {
        let mut plan = Plan::default();
        plan.add(program);
        plan
    }

    /// Whether the branch is made only when there is a place for it.
    pub(crate) fn is_lazy(&self, branch: usize) -> bool {
        let branch = &self.branches[branch];
        branch.in_spread && self.gathers[branch.gather].limit.is_some()
    }

    fn add(&mut self, program: &Program) -> usize {
        let gather = self.gathers.len();
        let form = program.form.fitting(program.place, program.branches.len());
        self.gathers.push(PlannedGather {
            policy: program.policy,
            place: program.place,
            limit: program.limit,
            form,
            branches: Vec::new(),
        });
        for (position, branch) in program.branches.iter().enumerate() {
            let in_spread = form.spreads(position, program.branches.len());
            let number = self.branches.len();
            self.gathers[gather].branches.push(number);
            self.branches.push(PlannedBranch {
                task: Task::Gather {
                    number: 0,
                    early: false,
                },
                gather,
                in_spread,
                output_panics: branch.output_panics,
                conversion_panics: branch.conversion_panics,
                asks: branch.asks,
            });
            self.branches[number].task = match &branch.body {
                Body::Script {
                    steps,
                    end,
                    future_panics,
                } => Task::Script {
                    steps: *steps,
                    end: *end,
                    future_panics: *future_panics,
                },
                Body::Gather { early, inner } => Task::Gather {
                    number: self.add(inner),
                    // The branches of a spread are made when the iterator is pulled.
                    early: *early && !in_spread && inner.place != Place::Here,
                },
            };
        }
        gather
    }
}

impl Form {
    fn fitting(self, place: Place, branches: usize) -> Self {
        let fits = match self {
            // Compiling all forms for all places would take longer than it is worth.
            Form::Tuple | Form::Array | Form::Struct | Form::ByHand if place != Place::Tasks => {
                false
            }
            Form::Tuple => (1..=3).contains(&branches),
            Form::Array => (1..=2).contains(&branches),
            Form::Mixed => branches >= 2,
            Form::Struct | Form::TupleStruct => branches >= 1,
            Form::Spread | Form::Keyed | Form::ByHand => true,
        };
        if fits { self } else { Form::Spread }
    }

    fn spreads(self, position: usize, branches: usize) -> bool {
        match self {
            Form::Tuple | Form::Array => false,
            Form::Mixed => position != 0 && position + 1 != branches,
            Form::Struct | Form::TupleStruct => position != 0,
            Form::Spread | Form::Keyed | Form::ByHand => true,
        }
    }
}
