//! The contenders do what is measured of them, with the branches that they are given.

use std::collections::HashSet;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use gather_benches::counts::polls;
use gather_benches::failing::Failing;
use gather_benches::times::{Case, Course, cases};
use gather_contenders::branches::{
    Behaviour, Branch, LITTLE, MUCH, OneAfterAnother, Ready, Value, Yielding,
};
use gather_contenders::measure::Measure;
use gather_contenders::repeat::one_thread;
use gather_contenders::{Collection, Contender, LIMIT, Tuple};
use tokio::task;

/// How many branches each contender is tried with: there are tuples of as many.
const BRANCHES: usize = 32;

/// What is seen of the branches of one gather.
#[derive(Default)]
struct Seen {
    running: usize,
    most_running: usize,
    ended: Vec<u64>,
    tasks: HashSet<task::Id>,
}

/// Branches that are seen.
struct Watched<B> {
    behaviour: B,
    seen: Arc<Mutex<Seen>>,
}

impl<B: Behaviour> Behaviour for Watched<B> {
    fn branch<T: Value>(&mut self, number: u64) -> impl Branch<T> + use<B, T> {
        let branch = self.behaviour.branch::<T>(number);
        let all = Arc::clone(&self.seen);
        async move {
            {
                let mut seen = all.lock().unwrap();
                seen.running += 1;
                seen.most_running = seen.most_running.max(seen.running);
            }
            let value = branch.await;
            let mut seen = all.lock().unwrap();
            seen.running -= 1;
            seen.ended.push(number);
            seen.tasks.insert(task::id());
            value
        }
    }
}

/// Gathers once, in a task that is not counted among those of the branches.
struct Watch;

impl<B: Behaviour + Default> Measure<Watched<B>> for Watch {
    type Found = Seen;

    fn measure<F>(self, gather: impl Fn(Watched<B>) -> F + Send + 'static) -> Seen
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let all = Arc::new(Mutex::new(Seen::default()));
        let gathered = gather(Watched {
            behaviour: B::default(),
            seen: Arc::clone(&all),
        });
        let runtime = one_thread();
        let caller = runtime.spawn(async move {
            gathered.await;
            task::id()
        });
        let caller = runtime.block_on(caller).unwrap();
        let mut seen = std::mem::take(&mut *all.lock().unwrap());
        seen.tasks.remove(&caller);
        seen
    }
}

fn every_branch_ends_in_the_tasks_that_are_counted<B: Behaviour + Default>() {
    for contender in Contender::all() {
        let mut seen = contender.measured::<Watched<B>, _>(BRANCHES, Watch);
        seen.ended.sort_unstable();
        assert!(
            seen.ended.iter().copied().eq(0..BRANCHES as u64),
            "{contender} ends with {:?}",
            seen.ended
        );
        assert_eq!(seen.tasks.len(), contender.tasks(BRANCHES), "{contender}");
    }
}

#[test]
fn branches_that_are_ready_end_in_the_tasks_that_are_counted() {
    every_branch_ends_in_the_tasks_that_are_counted::<Ready<LITTLE>>();
}

#[test]
fn branches_that_yield_end_in_the_tasks_that_are_counted() {
    every_branch_ends_in_the_tasks_that_are_counted::<Yielding<LITTLE>>();
}

#[test]
fn branches_that_end_one_after_another_do_so_in_order() {
    for contender in Contender::all() {
        let seen = contender.measured::<Watched<OneAfterAnother<LITTLE>>, _>(BRANCHES, Watch);
        assert!(
            seen.ended.iter().copied().eq(0..BRANCHES as u64),
            "{contender}"
        );
        assert_eq!(seen.most_running, BRANCHES, "{contender}");
    }
}

#[test]
fn as_many_run_at_a_time_as_the_limit_says() {
    let limited = Contender::all().filter(|it| matches!(it, Contender::Limited(_)));
    for contender in limited {
        let seen = contender.measured::<Watched<Yielding<LITTLE>>, _>(3 * LIMIT, Watch);
        assert_eq!(seen.ended.len(), 3 * LIMIT, "{contender}");
        assert_eq!(seen.most_running, LIMIT, "{contender}");
        assert_eq!(contender.tasks(3 * LIMIT), seen.tasks.len(), "{contender}");
    }
}

/// Waits until the siblings of the branch that fails are gone.
struct AwaitAftermath(usize);

impl Measure<Failing> for AwaitAftermath {
    type Found = Duration;

    fn measure<F>(self, gather: impl Fn(Failing) -> F + Send + 'static) -> Duration
    where
        F: Future<Output: Send> + Send + 'static,
    {
        one_thread().block_on(async move {
            let failing = Failing::new(self.0);
            gather(failing.clone()).await;
            failing.aftermath().await
        })
    }
}

#[test]
fn all_that_are_timed_after_an_error_stop_the_branches_that_would_wait_forever() {
    let failing = cases()
        .into_iter()
        .filter(|it| it.course == Course::Failing);
    for case in failing.filter(|case| case.branches <= 1_000) {
        let (done, is_done) = channel();
        thread::spawn(move || {
            let by = AwaitAftermath(case.branches);
            done.send(case.contender.measured(case.branches, by))
        });
        let aftermath = is_done.recv_timeout(Duration::from_secs(30));
        assert!(aftermath.is_ok(), "of {case:?} branches are left");
    }
}

#[test]
fn ours_is_timed_wherever_another_is() {
    let cases = cases();
    for case in &cases {
        let contender = case.contender.ours();
        assert!(cases.contains(&Case { contender, ..*case }), "{case:?}");
    }
}

#[test]
fn polls_are_counted_of_those_who_are_polled_again_as_branches_end() {
    let in_order = polls(Contender::Collection(Collection::InOrder), BRANCHES);
    assert!(in_order.awaiter > BRANCHES / 2, "{in_order:?}");
    assert_eq!(in_order.branch, 2);

    let one_task = polls(Contender::Tuple(Tuple::OneTask), BRANCHES);
    assert_eq!(
        (one_task.awaiter, one_task.branch),
        (BRANCHES + 1, BRANCHES + 1)
    );
}

#[test]
fn a_branch_is_hardly_larger_than_what_it_holds() {
    let little = [
        size_of_val(&Ready::<LITTLE>.branch::<u64>(0)),
        size_of_val(&Yielding::<LITTLE>.branch::<u64>(0)),
        size_of_val(&OneAfterAnother::<LITTLE>::default().branch::<u64>(0)),
    ];
    let hardly = |size: &usize| (LITTLE..2 * LITTLE).contains(size);
    assert!(little.iter().all(hardly), "{little:?}");
    let much = size_of_val(&Yielding::<MUCH>.branch::<u64>(0));
    assert!((MUCH..MUCH + LITTLE).contains(&much), "{much}");
}

#[test]
fn every_contender_is_found_by_its_name() {
    for contender in Contender::all() {
        assert_eq!(Contender::named(&contender.to_string()), Some(contender));
    }
}
