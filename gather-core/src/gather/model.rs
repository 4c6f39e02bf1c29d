//! Models of stopping: who stops a gather, and who may have a task's handle meanwhile.
//!
//! The handle, the siblings and what has been started are the crate's own. A thread stands for a
//! branch that fails; the others are tasks that end when they are aborted.

use std::sync::Arc;
use std::task::{Context, Waker};

use loom::model;
use loom::sync::atomic::AtomicUsize;
use loom::thread::{self, JoinHandle};
use tokio::task::AbortHandle;

use crate::gather::gathering::Gathering;
use crate::gather::handle::{Gather, handle_to};
use crate::policy::TryGather;
use crate::running::{Many, One, Running};
use crate::task::model::{Counted, Tasks, count, counter};
use crate::task::{Failure, SiblingsOf, TaskOutput};

type Fails = TryGather<Counted>;

/// A `try_gather!` whose branches are yet to be started.
struct Model<R: Running<Fails>> {
    tasks: Tasks,
    gathering: Arc<Gathering<Fails, R, R::Results>>,
    drops: Arc<AtomicUsize>,
    endless: Vec<AbortHandle>,
}

impl<R: Running<Fails>> Model<R> {
    fn of(started: R) -> Self {
        Model {
            tasks: Tasks::new(),
            gathering: Arc::new(Gathering::of(started, |results| results, None)),
            drops: counter(),
            endless: Vec::new(),
        }
    }

    fn siblings(&self) -> SiblingsOf<Fails> {
        Arc::clone(&self.gathering) as Arc<_>
    }

    fn task(&mut self) -> tokio::task::JoinHandle<TaskOutput<u8, Fails>> {
        let (task, abort) = self.tasks.endless();
        self.endless.push(abort);
        task
    }

    /// A branch that fails now.
    fn fail(&self) -> JoinHandle<()> {
        let (siblings, error) = (self.siblings(), Counted::by(&self.drops));
        thread::spawn(move || siblings.fail(Failure::Error(error)))
    }

    fn handle(&self) -> Gather<Result<R::Results, Counted>>
    where
        R::Results: 'static,
    {
        handle_to(Arc::clone(&self.gathering) as Arc<_>)
    }

    fn assert_all_are_stopped(self) {
        self.tasks.settle();
        assert!(self.endless.iter().all(AbortHandle::is_finished));
    }
}

impl Model<One<u8, Fails>> {
    fn one() -> Self {
        Model::of(One::new("branch()", 0))
    }

    fn start(&mut self) {
        let (task, siblings) = (self.task(), self.siblings());
        self.gathering.running.started.started(task, &siblings);
    }
}

impl Model<Many<u8, Fails>> {
    fn many() -> Self {
        Model::of(Many::new("..spread"))
    }

    fn start(&mut self) {
        for _ in 0..2 {
            let (task, siblings) = (self.task(), self.siblings());
            self.gathering.running.started.started(task, &siblings);
        }
    }
}

/// A model for a branch, and one for the branches of a spread.
macro_rules! models {
    ($($model:ident $one:ident $many:ident)+) => {
        $(
            #[test]
            fn $one() {
                model(|| {
                    let mut model = Model::one();
                    $model!(model);
                    model.assert_all_are_stopped();
                });
            }

            #[test]
            fn $many() {
                model(|| {
                    let mut model = Model::many();
                    $model!(model);
                    model.assert_all_are_stopped();
                });
            }
        )+
    };
}

macro_rules! started {
    ($model:ident) => {
        let failing = $model.fail();
        $model.start();
        failing.join().unwrap();
    };
}

macro_rules! polled {
    ($model:ident) => {
        $model.start();
        let mut gather = $model.handle();
        let failing = $model.fail();
        let polled = gather.poll_result(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        failing.join().unwrap();
        $model.tasks.settle();
        assert!(gather.is_finished());
        assert!(gather.try_result().unwrap().is_err());
    };
}

macro_rules! dropped {
    ($model:ident) => {
        $model.start();
        let gather = $model.handle();
        let failing = $model.fail();
        drop(gather);
        failing.join().unwrap();
        assert_eq!(count(&$model.drops), 1);
    };
}

macro_rules! aborted {
    ($model:ident) => {
        $model.start();
        let gather = $model.handle();
        let failing = $model.fail();
        let aborted = gather.abort();
        // As the call itself has it, whoever else is at it.
        $model.tasks.settle();
        assert!($model.endless.iter().all(AbortHandle::is_finished));
        drop(aborted);
        failing.join().unwrap();
    };
}

macro_rules! detached {
    ($model:ident) => {
        $model.start();
        let gather = $model.handle();
        let failing = $model.fail();
        gather.detach();
        failing.join().unwrap();
        assert_eq!(count(&$model.drops), 1);
    };
}

models! {
    started
    a_branch_that_is_started_while_another_fails_is_aborted
    a_spread_that_is_started_while_a_branch_fails_is_aborted

    polled
    a_branch_whose_handle_is_polled_while_another_fails_is_aborted
    a_spread_whose_handles_are_polled_while_a_branch_fails_is_aborted

    dropped
    a_gather_that_is_dropped_while_a_branch_fails_leaves_none_running
    a_spread_that_is_dropped_while_a_branch_fails_leaves_none_running

    aborted
    an_abort_while_a_branch_fails_has_told_all_when_it_returns
    an_abort_of_a_spread_while_a_branch_fails_has_told_all_when_it_returns

    detached
    a_gather_that_is_detached_while_a_branch_fails_is_stopped
    a_spread_that_is_detached_while_a_branch_fails_is_stopped
}

/// As what was read is not among those that are detached, whoever stops them may miss one.
#[test]
fn a_spread_that_is_detached_half_read_while_a_branch_fails_is_stopped() {
    model(|| {
        let mut model = Model::many();
        let (ended, siblings) = (model.tasks.runtime.spawn(async { Ok(7) }), model.siblings());
        model.gathering.running.started.started(ended, &siblings);
        model.start();
        model.tasks.settle();
        let mut gather = model.handle();
        let polled = gather.poll_result(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        let failing = model.fail();
        gather.detach();
        failing.join().unwrap();
        model.assert_all_are_stopped();
    });
}
