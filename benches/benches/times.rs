//! Takes the times of all contenders: `cargo bench -p gather-benches --bench times`.
//!
//! Of each contender a sample is taken next to one of ours, so that what slows the machine slows
//! both. criterion says how long a sample is, and shows the contender's time; the pairs are kept.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode};
use gather_benches::error::AnyError;
use gather_benches::failing::Failing;
use gather_benches::machine::Machine;
use gather_benches::results::Results as _;
use gather_benches::times::{Case, Course, Settings, Time, Times, WORKERS, cases};
use gather_contenders::Contender;
use gather_contenders::branches::{Behaviour, LITTLE, MUCH, OneAfterAnother, Ready, Yielding};
use gather_contenders::measure::Measure;
use tokio::runtime::{Builder, Runtime};

/// Gathers a number of times, one after another, within a task: so the caller is one of the
/// runtime's threads too.
struct Whole<'a> {
    runtime: &'a Runtime,
    gathers: u64,
}

impl<B: Behaviour + Default> Measure<B> for Whole<'_> {
    type Found = Duration;

    fn measure<F>(self, gather: impl Fn(B) -> F + Send + 'static) -> Duration
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let caller = self.runtime.spawn(async move {
            let start = Instant::now();
            for _ in 0..self.gathers {
                black_box(gather(B::default()).await);
            }
            start.elapsed()
        });
        self.runtime.block_on(caller).expect("no branch panics")
    }
}

/// As [`Whole`], but of each gather only what follows the error counts.
struct AfterError<'a> {
    runtime: &'a Runtime,
    gathers: u64,
    branches: usize,
}

impl Measure<Failing> for AfterError<'_> {
    type Found = Duration;

    fn measure<F>(self, gather: impl Fn(Failing) -> F + Send + 'static) -> Duration
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let Self {
            runtime,
            gathers,
            branches,
        } = self;
        let caller = runtime.spawn(async move {
            let mut sum = Duration::ZERO;
            for _ in 0..gathers {
                let failing = Failing::new(branches);
                black_box(gather(failing.clone()).await);
                sum += failing.aftermath().await;
            }
            sum
        });
        runtime.block_on(caller).expect("no branch panics")
    }
}

fn time(runtime: &Runtime, contender: Contender, case: &Case, gathers: u64) -> Duration {
    let branches = case.branches;
    let whole = Whole { runtime, gathers };
    match (case.course, case.held) {
        (Course::Ready, LITTLE) => contender.measured::<Ready<LITTLE>, _>(branches, whole),
        (Course::Yielding, LITTLE) => contender.measured::<Yielding<LITTLE>, _>(branches, whole),
        (Course::Yielding, MUCH) => contender.measured::<Yielding<MUCH>, _>(branches, whole),
        (Course::OneAfterAnother, LITTLE) => {
            contender.measured::<OneAfterAnother<LITTLE>, _>(branches, whole)
        }
        (Course::Failing, LITTLE) => {
            let after_error = AfterError {
                runtime,
                gathers,
                branches,
            };
            contender.measured::<Failing, _>(branches, after_error)
        }
        (course, held) => unreachable!("branches {} that hold {held} bytes", course.name()),
    }
}

fn nanoseconds(time: Duration, gathers: u64) -> f64 {
    let gathers = u32::try_from(gathers).expect("a sample has no billions of gathers");
    time.as_secs_f64() * 1e9 / f64::from(gathers)
}

fn main() -> Result<(), AnyError> {
    let machine = Machine::this()?;
    let settings = Settings::of_this_process();
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(settings.warm_up))
        .measurement_time(Duration::from_millis(settings.measurement))
        .sample_size(settings.samples)
        .nresamples(1_000)
        .without_plots()
        .configure_from_args();
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .build()?;

    let mut times = Vec::new();
    for case in cases() {
        let mut pairs = Vec::new();
        let group = format!(
            "{}, {}, {} B",
            case.contender.family(),
            case.course.name(),
            case.held
        );
        let mut group = criterion.benchmark_group(group);
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(
            BenchmarkId::new(case.contender.name(), case.branches),
            |bencher| {
                bencher.iter_custom(|gathers| {
                    let ours_first = pairs.len() % 2 == 0;
                    let mut ours = Duration::ZERO;
                    if ours_first {
                        ours = time(&runtime, case.contender.ours(), &case, gathers);
                    }
                    let theirs = time(&runtime, case.contender, &case, gathers);
                    if !ours_first {
                        ours = time(&runtime, case.contender.ours(), &case, gathers);
                    }
                    pairs.push((nanoseconds(theirs, gathers), nanoseconds(ours, gathers)));
                    theirs
                });
            },
        );
        group.finish();
        // What was before is the warm-up. If a filter has left out the case, there is nothing.
        if let Some(pairs) = pairs
            .len()
            .checked_sub(settings.samples)
            .map(|from| &pairs[from..])
        {
            times.push(Time::of(case, pairs));
        }
    }
    if times.len() < cases().len() {
        println!(
            "Not all was timed, so `benches/results/{}` stays as it is.",
            Times::FILE
        );
        return Ok(());
    }
    Times {
        machine,
        settings,
        times,
    }
    .write()
}
