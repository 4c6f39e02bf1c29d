//! The futures of a program's branches, and their outputs. Each records what becomes of it.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use gather::BranchError;

use crate::asking::Owned;
use crate::awaiter::Resolution;
use crate::ledger::{Ledger, Origin, Trace};
use crate::one_by_one::Side;
use crate::program::{End, Moment, Plan, Task};
use crate::start::{run, start};
use crate::thread;

/// A running program.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) plan: Arc<Plan>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) owned: Arc<Owned>,
    pub(crate) resolution: Resolution,
    pub(crate) each: Arc<Side>,
}

impl Stage {
    pub(crate) fn of(plan: Plan) -> Self {
        Stage {
            ledger: Arc::new(Ledger::new(&plan)),
            plan: Arc::new(plan),
            owned: Arc::default(),
            resolution: Resolution::default(),
            each: Arc::default(),
        }
    }
}

/// The payload of a panic of a branch.
pub(crate) struct Thrown {
    origin: Origin,
    branch: usize,
    stage: Stage,
}

impl Thrown {
    fn payload(origin: fn(usize) -> Origin, branch: usize, stage: &Stage) -> Box<dyn Any + Send> {
        Box::new(Thrown {
            origin: origin(branch),
            branch,
            stage: stage.clone(),
        })
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl Drop for Thrown {
    fn drop(&mut self) {
        self.stage.ask(self.branch, Moment::DropPanic);
    }
}

/// The value that a branch returns, or the error that it fails with.
pub(crate) struct Output {
    branch: usize,
    /// The branch that gave it last: that branch, or one that contains its gather.
    giver: usize,
    stage: Stage,
}

impl Output {
    fn of(branch: usize, stage: &Stage) -> Self {
        stage.ledger.write(branch, |fact| fact.outputs_made += 1);
        Output {
            branch,
            giver: branch,
            stage: stage.clone(),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let Output { branch, stage, .. } = self;
        stage.ask(*branch, Moment::DropOutput);
        stage
            .ledger
            .write(*branch, |fact| fact.outputs_dropped += 1);
        if stage.plan.branches[*branch].output_panics {
            resume_unwind(Thrown::payload(Origin::Output, *branch, stage));
        }
    }
}

/// The key of a branch: its position among the branches of its gather.
pub(crate) struct Key {
    pub(crate) position: usize,
    branch: usize,
    stage: Stage,
}

impl Key {
    pub(crate) fn new(position: usize, branch: usize, stage: &Stage) -> Self {
        stage.ledger.write(branch, |fact| fact.keys_made += 1);
        Key {
            position,
            branch,
            stage: stage.clone(),
        }
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        let Key { branch, stage, .. } = self;
        stage.ask(*branch, Moment::DropKey);
        stage.ledger.write(*branch, |fact| fact.keys_dropped += 1);
    }
}

/// The value of a branch: one of its own, or the result of the gather inside it.
pub(crate) enum Value {
    Own(Output),
    Inner(Given),
}

/// The failure of a branch: an error of its own, or a panic that `catch` has
/// converted into an error.
pub(crate) enum Failure {
    Own(Output),
    Caught(Origin),
}

impl From<BranchError> for Failure {
    fn from(error: BranchError) -> Self {
        let payload = error.into_panic();
        let origin = Origin::of(&*payload);
        if let Some(Thrown { branch, stage, .. }) = payload.downcast_ref() {
            let (branch, stage) = (*branch, stage.clone());
            drop(payload);
            stage.ask(branch, Moment::Convert);
            if stage.plan.branches[branch].conversion_panics {
                resume_unwind(Thrown::payload(Origin::Conversion, branch, &stage));
            }
        }
        Failure::Caught(origin)
    }
}

impl Failure {
    fn given_by(mut self, branch: usize) -> Self {
        if let Failure::Own(output) = &mut self {
            output.giver = branch;
        }
        self
    }

    fn describe(&self) -> Trace {
        match self {
            Failure::Own(output) => Trace::Error(output.branch),
            Failure::Caught(origin) => Trace::Caught(origin.clone()),
        }
    }
}

/// The error of a `try_gather!` with `error = ..`.
pub(crate) struct Converted(pub(crate) Failure);

impl From<BranchError> for Converted {
    fn from(error: BranchError) -> Self {
        Converted(error.into())
    }
}

impl From<Failure> for Converted {
    fn from(failure: Failure) -> Self {
        let Failure::Own(output) = &failure else {
            return Converted(failure);
        };
        let (giver, stage) = (output.giver, output.stage.clone());
        stage.ask(giver, Moment::Convert);
        if !stage.plan.branches[giver].conversion_panics {
            return Converted(failure);
        }
        // A panic while another one unwinds would end the process.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(failure)));
        stage.ledger.write(giver, |fact| {
            if fact.drop_panic.is_none() {
                fact.conversion_panic = Some(Origin::Conversion(giver));
            }
        });
        resume_unwind(Thrown::payload(Origin::Conversion, giver, &stage));
    }
}

/// What became of one branch of a gather.
pub(crate) enum Place {
    Value(Value),
    Error(Failure),
    Panicked(Origin),
    Cancelled,
}

/// The result of a gather.
pub(crate) struct Given(Vec<Place>);

impl Given {
    pub(crate) fn new(places: Vec<Place>) -> Self {
        Given(places)
    }

    pub(crate) fn describe(&self) -> Trace {
        let describe = |place: &Place| match place {
            Place::Value(value) => value.describe(),
            Place::Error(failure) => failure.describe(),
            Place::Panicked(origin) => Trace::Panic(origin.clone()),
            Place::Cancelled => Trace::Cancelled,
        };
        Trace::Values(self.0.iter().map(describe).collect())
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        // Several of these drops may panic, and a vector would let each panic through.
        let mut panicked = None;
        for place in self.0.drain(..) {
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(place)));
            panicked = panicked.or(dropped.err());
        }
        if let Some(payload) = panicked {
            resume_unwind(payload);
        }
    }
}

impl Value {
    fn describe(&self) -> Trace {
        match self {
            Value::Own(output) => Trace::Value(output.branch),
            Value::Inner(given) => given.describe(),
        }
    }
}

pub(crate) type Outcome = Result<Value, Failure>;

pub(crate) fn describe(awaited: &Result<Given, Failure>) -> Trace {
    match awaited {
        Ok(given) => given.describe(),
        Err(failure) => failure.describe(),
    }
}

pub(crate) fn describe_outcome(outcome: &Outcome) -> Trace {
    match outcome {
        Ok(value) => value.describe(),
        Err(failure) => failure.describe(),
    }
}

type Inner = Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub(crate) struct Scripted {
    branch: usize,
    stage: Stage,
    /// The wait for the gather inside, if the branch has one.
    inner: Option<Inner>,
    has_asked: bool,
}

impl Scripted {
    /// Makes the branch, and starts the gather inside it if that must start early.
    pub(crate) fn new(branch: usize, stage: &Stage) -> Self {
        let inner: Option<Inner> = match stage.plan.branches[branch].task {
            Task::Script { .. } => None,
            Task::Gather { number, early } => {
                let started = early.then(|| start(number, stage));
                let stage = stage.clone();
                Some(Box::pin(async move {
                    let running = match started {
                        Some(gather) => gather.into_wait(),
                        None => run(number, &stage),
                    };
                    match running.await.expect("nobody aborts it") {
                        Ok(given) => Ok(Value::Inner(given)),
                        Err(failure) => Err(failure.given_by(branch)),
                    }
                }))
            }
        };
        stage.ledger.write(branch, |fact| fact.made += 1);
        Scripted {
            branch,
            stage: stage.clone(),
            inner,
            has_asked: false,
        }
    }

    fn poll_script(&mut self, cx: &Context<'_>) -> Poll<Outcome> {
        let Stage { plan, ledger, .. } = &self.stage;
        let Task::Script { steps, end, .. } = plan.branches[self.branch].task else {
            unreachable!("a branch with a gather inside has no script");
        };
        if !ledger.take_steps(self.branch, steps, cx.waker()) {
            return Poll::Pending;
        }
        // Gives another worker the chance to run in between.
        thread::yield_now();
        // What hangs may be polled again.
        if !mem::replace(&mut self.has_asked, true) {
            self.stage.ask(self.branch, Moment::Poll);
        }
        match end {
            End::Return => Poll::Ready(Ok(Value::Own(Output::of(self.branch, &self.stage)))),
            End::Fail => Poll::Ready(Err(Failure::Own(Output::of(self.branch, &self.stage)))),
            End::Panic => resume_unwind(Thrown::payload(Origin::Body, self.branch, &self.stage)),
            End::Hang => Poll::Pending,
        }
    }
}

impl Future for Scripted {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.stage.ledger.poll(self.branch, &self.stage.plan);
        let polled = catch_unwind(AssertUnwindSafe(|| match &mut self.inner {
            Some(inner) => inner.as_mut().poll(cx),
            None => self.poll_script(cx),
        }));
        let ended = match &polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(outcome)) => describe_outcome(outcome),
            Err(payload) => Trace::Panic(Origin::of(&**payload)),
        };
        let write = |fact: &mut crate::ledger::Fact| fact.ended = Some(ended);
        self.stage.ledger.write(self.branch, write);
        polled.unwrap_or_else(|payload| resume_unwind(payload))
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.stage.ask(self.branch, Moment::DropFuture);
        let inner = self.inner.take();
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(inner)));
        let panicked = match self.stage.plan.branches[self.branch].task {
            Task::Script {
                future_panics: true,
                ..
            } => Err(Thrown::payload(Origin::Future, self.branch, &self.stage)),
            _ => dropped,
        };
        self.stage.ledger.write(self.branch, |fact| {
            fact.dropped += 1;
            fact.drop_panic = panicked.as_ref().err().map(|panic| Origin::of(&**panic));
        });
        if let Err(payload) = panicked {
            resume_unwind(payload);
        }
    }
}
