//! Generates the programs and schedules to try.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::case::Case;
use crate::comes_back::{At, ComesBack, Does, PLACES};
use crate::one_by_one::{self, Leaving, OneByOne};
use crate::program::{Asks, Body, Branch, Deed, End, Form, Moment, Place, Policy, Program};
use crate::schedule::{Batch, Finish, Last, Schedule, Start, Step};

/// Cases in which at most `at_a_time` branches are released at once.
pub(crate) fn cases(at_a_time: usize) -> impl Strategy<Value = Case> {
    // In most programs few drops panic, and in some nearly all of them do.
    let program = prop_oneof![3 => outermost(0.05), 1 => outermost(0.6)];
    (program, schedule(at_a_time)).prop_map(|(program, schedule)| Case { program, schedule })
}

/// Cases of `gather_each!` in which at most `at_a_time` branches are released at once.
pub(crate) fn one_by_one(at_a_time: usize) -> impl Strategy<Value = OneByOne> {
    let place = || prop_oneof![2 => Just(Place::Tasks), 2 => shared(), 1 => Just(Place::Here)];
    let program = prop_oneof![
        3 => program(1, 0.05, place().boxed()),
        1 => program(1, 0.6, place().boxed()),
    ];
    let step = prop_oneof![
        3 => batch(at_a_time).prop_map(one_by_one::Step::Release),
        2 => Just(one_by_one::Step::Take),
    ];
    let leaving = prop_oneof![
        3 => Just(Leaving::TakeAll),
        1 => Just(Leaving::Drop),
        1 => Just(Leaving::Abort),
        1 => Just(Leaving::ShutDown),
    ];
    let meanwhile = vec(any::<u8>(), 0..at_a_time);
    (program, vec(step, 0..16), meanwhile, leaving).prop_map(
        |(program, steps, meanwhile, leaving)| OneByOne {
            // An `Err` is a value, as in `gather!`, and there are no other shapes.
            program: Program {
                policy: Policy::All,
                form: match program.form {
                    form @ (Form::Mixed | Form::Keyed) => form,
                    _ => Form::Spread,
                },
                ..program
            },
            steps,
            meanwhile,
            leaving,
        },
    )
}

/// Small programs of `gather_each!` with code that comes back to it.
pub(crate) fn comes_back() -> impl Strategy<Value = ComesBack> {
    let at = prop_oneof![
        Just(At::Pull),
        Just(At::Poll),
        Just(At::DropFuture),
        Just(At::DropValue),
        Just(At::Wake),
        Just(At::DropWaker),
    ];
    let does = prop_oneof![Just(Does::Look), Just(Does::Abort), Just(Does::Drop)];
    (0..PLACES, at, does).prop_map(|(place, at, does)| ComesBack { place, at, does })
}

fn outermost(panics: f64) -> BoxedStrategy<Program> {
    let place = prop_oneof![4 => Just(Place::Tasks), 2 => shared(), 1 => Just(Place::Here)];
    program(2, panics, place.boxed())
}

fn inner(depth: u32, panics: f64) -> BoxedStrategy<Program> {
    let place = prop_oneof![1 => Just(Place::Tasks), 1 => shared(), 2 => Just(Place::Here)];
    program(depth, panics, place.boxed())
}

fn shared() -> impl Strategy<Value = Place> {
    (1..=3_usize).prop_map(Place::Shared)
}

fn program(depth: u32, panics: f64, place: BoxedStrategy<Place>) -> BoxedStrategy<Program> {
    let policy = prop_oneof![
        Just(Policy::All),
        Just(Policy::FailFast),
        Just(Policy::FailFastInto),
        Just(Policy::Catching),
        Just(Policy::CatchingInto),
        Just(Policy::Settled),
    ];
    let form = prop_oneof![
        Just(Form::Spread),
        Just(Form::Keyed),
        Just(Form::Tuple),
        Just(Form::Mixed),
        Just(Form::ByHand),
        Just(Form::Array),
        Just(Form::Struct),
        Just(Form::TupleStruct),
    ];
    let branches = prop_oneof![
        1 => Just(Vec::new()),
        19 => vec(branch(depth, panics), 1..=6),
    ];
    (policy, place, option::of(1..=3_usize), form, branches)
        .prop_map(|(policy, place, limit, form, branches)| Program {
            policy,
            place,
            limit,
            form,
            branches,
        })
        .boxed()
}

fn branch(depth: u32, panics: f64) -> BoxedStrategy<Branch> {
    let body = if depth == 0 {
        script(panics).boxed()
    } else {
        let inner = (any::<bool>(), inner(depth - 1, panics))
            .prop_map(|(early, inner)| Body::Gather { early, inner });
        prop_oneof![6 => script(panics), 1 => inner].boxed()
    };
    let output_panics = prop::bool::weighted(panics);
    let conversion_panics = prop::bool::weighted(panics);
    let asks = option::weighted(0.2, asks());
    (body, output_panics, conversion_panics, asks)
        .prop_map(|(body, output_panics, conversion_panics, asks)| Branch {
            body,
            output_panics,
            conversion_panics,
            asks,
        })
        .boxed()
}

fn asks() -> impl Strategy<Value = Asks> {
    let at = prop_oneof![
        1 => Just(Moment::Pull),
        1 => Just(Moment::Poll),
        1 => Just(Moment::DropFuture),
        1 => Just(Moment::DropOutput),
        3 => Just(Moment::Convert),
        1 => Just(Moment::DropKey),
        1 => Just(Moment::DropIterator),
        1 => Just(Moment::DropPanic),
    ];
    (at, deed()).prop_map(|(at, does)| Asks { at, does })
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        5 => Just(Deed::Look),
        1 => Just(Deed::Abort),
        1 => Just(Deed::Drop),
        1 => Just(Deed::Detach),
        1 => Just(Deed::Poll),
        1 => Just(Deed::TryResult),
        1 => Just(Deed::DropAnother),
        1 => Just(Deed::DetachAnother),
    ]
}

fn script(panics: f64) -> impl Strategy<Value = Body> {
    let end = prop_oneof![
        8 => Just(End::Return),
        2 => Just(End::Fail),
        1 => Just(End::Panic),
        1 => Just(End::Hang),
    ];
    (0..=2_u8, end, prop::bool::weighted(panics / 2.0)).prop_map(|(steps, end, future_panics)| {
        Body::Script {
            steps,
            end,
            future_panics,
        }
    })
}

fn batch(at_a_time: usize) -> impl Strategy<Value = Batch> {
    vec(any::<u8>(), 1..=at_a_time)
}

fn schedule(at_a_time: usize) -> impl Strategy<Value = Schedule> {
    let start = prop_oneof![
        12 => Just(Start::Inside),
        4 => Just(Start::Entered),
        1 => Just(Start::Refused),
    ];
    let step = prop_oneof![
        6 => batch(at_a_time).prop_map(Step::Release),
        1 => option::of(deed()).prop_map(Step::Peek),
        1 => Just(Step::WaitInVain),
        1 => Just(Step::TryResult),
    ];
    let finish = prop_oneof![
        4 => Just(Finish::Await),
        2 => Just(Finish::AwaitByRef),
        1 => Just(Finish::AwaitElsewhere),
        3 => Just(Finish::Abort),
        1 => Just(Finish::AbortUnawaited),
        2 => Just(Finish::Detach),
        2 => Just(Finish::Dropped),
        1 => Just(Finish::DroppedByPanic),
        1 => Just(Finish::TimedOut),
    ];
    let last = prop_oneof![Just(Last::ShutDown), Just(Last::AbortAwaiter)];
    (
        start,
        vec(step, 0..12),
        prop::bool::weighted(0.1),
        // The branches that are released here race with the end of the handle.
        vec(any::<u8>(), 0..at_a_time),
        finish,
        vec(batch(at_a_time), 0..4),
        any::<bool>(),
        last,
    )
        .prop_map(
            |(start, before, shut_down, meanwhile, finish, after, release_all, last)| Schedule {
                start,
                before,
                shut_down,
                meanwhile,
                finish,
                after,
                release_all,
                last,
            },
        )
}
