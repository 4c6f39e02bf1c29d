//! Trying many cases, each with a schedule of its own.

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, Once};
use std::{env, thread};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use shuttle::{FailurePersistence, MaxSteps, Runner};

use crate::ledger::Origin;
use crate::model::Mismatch;
use crate::scheduler::Random;

/// How many schedules each test tries, unless `PROPTEST_CASES` sets another number.
const SCHEDULES: u32 = 1_000;

/// A schedule with this many steps is taken to have no end.
const STEPS: usize = 200_000;

/// How many schedules are tried for a case that may be a smaller one.
const SCHEDULES_OF_SMALLER: u64 = 20;

/// How often a case is made smaller, or larger again.
const SMALLER: u32 = 300;

type Run<C> = fn(&C) -> Result<(), Mismatch>;

/// Tries a case and a schedule for each seed. The first is `PROPTEST_RNG_SEED`, or random.
pub(crate) fn try_schedules<C: Debug + Send + 'static>(
    cases: impl Strategy<Value = C> + 'static,
    run: Run<C>,
) {
    set_panic_hook();
    let config = Config::default();
    let first = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(0) >> 1,
    };
    let count = match env::var_os("PROPTEST_CASES") {
        Some(_) => config.cases,
        None => SCHEDULES,
    };
    let cases = Rc::new(cases);
    let tree = move |seed| {
        let rng_seed = RngSeed::Fixed(seed);
        let mut runner = TestRunner::new(Config {
            rng_seed,
            ..Config::default()
        });
        cases.new_tree(&mut runner).expect("no case is rejected")
    };
    let case = {
        let tree = tree.clone();
        move |seed| tree(seed).current()
    };
    let Err((seed, mismatch)) = run_seeds(first..first + u64::from(count), case, run) else {
        return;
    };
    let test = thread::current();
    let test = test.name().unwrap_or_default();
    eprintln!("{mismatch}\n{:#?}", tree(seed).current());
    let (mismatch, smallest) = smallest(tree(seed), mismatch, seed, run);
    panic!(
        "{mismatch}\n{smallest:#?}\n\
        this is the smallest of schedule {} of the run; to run that schedule again:\n\
        PROPTEST_RNG_SEED={seed} PROPTEST_CASES=1 cargo test \
        --manifest-path tests/shuttle/Cargo.toml --target-dir target/shuttle {test}",
        seed - first + 1
    );
}

/// The smallest case that is found to fail, under this seed or one of the next seeds.
fn smallest<C: Debug + Send + 'static>(
    tree: impl ValueTree<Value = C> + 'static,
    mut mismatch: Mismatch,
    seed: u64,
    run: Run<C>,
) -> (Mismatch, C) {
    let tree = Rc::new(RefCell::new(tree));
    let mut smallest = tree.borrow().current();
    let mut goes_on = tree.borrow_mut().simplify();
    for _ in 0..SMALLER {
        if !goes_on {
            break;
        }
        let case = {
            let tree = Rc::clone(&tree);
            move |_| tree.borrow().current()
        };
        let ran = run_seeds(seed..seed + SCHEDULES_OF_SMALLER, case, run);
        let mut tree = tree.borrow_mut();
        goes_on = match ran {
            Err((_, found)) => {
                mismatch = found;
                smallest = tree.current();
                tree.simplify()
            }
            Ok(()) => tree.complicate(),
        };
    }
    (mismatch, smallest)
}

/// Runs a case for each seed, up to the first case that fails.
fn run_seeds<C: Send + 'static>(
    seeds: Range<u64>,
    case: impl Fn(u64) -> C + 'static,
    run: Run<C>,
) -> Result<(), (u64, Mismatch)> {
    let mut config = shuttle::Config::new();
    config.stack_size = 0x10_0000;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    config.silence_warnings = true;
    // The seed repeats a failure, and is shorter than the list of its steps.
    config.failure_persistence = FailurePersistence::None;
    let running = Arc::new(Mutex::new(None));
    let scheduler = {
        let running = Arc::clone(&running);
        Random::new(seeds, move |seed| {
            SEED.set(seed);
            *running.lock().unwrap() = Some(case(seed));
        })
    };
    let runs = move || {
        let case = running.lock().unwrap().take().expect("a schedule begins");
        if let Err(mismatch) = run(&case) {
            resume_unwind(Box::new(mismatch));
        }
    };
    let ran = catch_unwind(AssertUnwindSafe(|| {
        Runner::new(scheduler, config).run(runs)
    }));
    match ran {
        Ok(_) => Ok(()),
        Err(payload) => Err(match payload.downcast::<Mismatch>() {
            Ok(mismatch) => (SEED.get(), *mismatch),
            Err(payload) => (SEED.get(), format!("{:?}", Origin::of(&*payload))),
        }),
    }
}

thread_local! {
    /// The seed of the schedule that runs now.
    static SEED: Cell<u64> = const { Cell::new(0) };
}

/// Prints no panic that reports that the runtime is gone. If a second panic during a first is about
/// to end the process, prints what is running.
fn set_panic_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // When shuttle first runs, it sets a hook of its own, which prints more
        // than is of use here.
        let default = panic::take_hook();
        shuttle::check_random(|| {}, 1);
        panic::set_hook(Box::new(move |panic| {
            let origin = Origin::of(panic.payload());
            if origin != Origin::RuntimeGone {
                default(panic);
            }
            if origin == Origin::Unknown("panic in a destructor during cleanup".into()) {
                let test = thread::current();
                // Not with `eprintln!`, whose output the harness keeps when the process ends.
                let _ = writeln!(
                    io::stderr(),
                    "{}: PROPTEST_RNG_SEED={} PROPTEST_CASES=1",
                    test.name().unwrap_or_default(),
                    SEED.get()
                );
            }
        }));
    });
}
