//! Cases that once failed, as they were printed.

use crate::case::Case;
use crate::program::Body::*;
use crate::program::End::*;
use crate::program::Form::*;
use crate::program::Policy::*;
use crate::program::{Asks, Branch, Deed, End, Form, Moment, Place, Policy, Program};
use crate::replay;
use crate::schedule::Finish::{self, *};
use crate::schedule::Last::*;
use crate::schedule::Start::*;
use crate::schedule::{Schedule, Step};

#[test]
fn a_future_that_comes_too_late_to_start_panics_as_a_branch_or_not_at_all() {
    replay(&Case {
        program: Program {
            policy: All,
            place: Place::Tasks,
            limit: None,
            form: Spread,
            branches: vec![
                Branch {
                    body: Script {
                        steps: 0,
                        end: Return,
                        future_panics: true,
                    },
                    output_panics: false,
                    conversion_panics: false,
                    asks: None,
                },
                Branch {
                    body: Script {
                        steps: 0,
                        end: Return,
                        future_panics: true,
                    },
                    output_panics: false,
                    conversion_panics: false,
                    asks: None,
                },
            ],
        },
        schedule: Schedule {
            start: Refused,
            before: vec![],
            shut_down: false,
            meanwhile: vec![],
            finish: Await,
            after: vec![],
            release_all: false,
            last: ShutDown,
        },
    });
}

#[test]
fn an_error_and_a_value_that_nobody_takes_may_both_panic_when_they_are_dropped() {
    replay(&Case {
        program: Program {
            policy: FailFast,
            place: Place::Tasks,
            limit: None,
            form: ByHand,
            branches: vec![
                Branch {
                    body: Script {
                        steps: 1,
                        end: Fail,
                        future_panics: false,
                    },
                    output_panics: true,
                    conversion_panics: false,
                    asks: None,
                },
                Branch {
                    body: Script {
                        steps: 1,
                        end: Return,
                        future_panics: false,
                    },
                    output_panics: true,
                    conversion_panics: false,
                    asks: None,
                },
            ],
        },
        schedule: Schedule {
            start: Inside,
            before: vec![],
            shut_down: false,
            meanwhile: vec![0, 0],
            finish: Detach,
            after: vec![],
            release_all: true,
            last: ShutDown,
        },
    });
}

/// A branch that is released once before it ends.
fn released(end: End) -> Branch {
    Branch {
        body: Script {
            steps: 1,
            end,
            future_panics: false,
        },
        output_panics: false,
        conversion_panics: false,
        asks: None,
    }
}

/// A gather on tasks. As many of its branches as the limit allows are released at once, and then
/// its handle ends with `finish`.
fn racing(policy: Policy, limit: usize, form: Form, branches: Vec<Branch>, finish: Finish) -> Case {
    Case {
        program: Program {
            policy,
            place: Place::Tasks,
            limit: Some(limit),
            form,
            branches,
        },
        schedule: Schedule {
            start: Inside,
            before: vec![Step::Release(vec![0; limit])],
            shut_down: false,
            meanwhile: vec![],
            finish,
            after: vec![],
            release_all: false,
            last: ShutDown,
        },
    }
}

/// The branch that failed second relied on the first one to close the queue, which
/// had not done so yet.
#[test]
fn when_two_branches_fail_at_once_under_a_limit_neither_starts_the_next_one() {
    for (policy, form, end) in [
        (FailFast, Spread, Fail),
        (FailFast, Tuple, Fail),
        (All, Spread, Panic),
    ] {
        let branches = vec![released(end), released(end), released(Return)];
        replay(&racing(policy, 2, form, branches, Await));
    }
}

/// The pulled branch was dropped, and the result was shorter than what the iterator had yielded.
#[test]
fn what_is_pulled_while_its_gather_is_aborted_is_cancelled_in_its_place() {
    // The iterator itself aborts the gather.
    let mut aborts = released(Return);
    aborts.asks = Some(Asks {
        at: Moment::Pull,
        does: Deed::Abort,
    });
    let branches = vec![released(Return), aborts, released(Return)];
    replay(&racing(Settled, 1, Spread, branches, Await));
    // The owner aborts the gather while the iterator is pulled.
    let branches = vec![released(Return), released(Return)];
    let mut case = racing(Settled, 1, Spread, branches, Abort);
    case.schedule.before = vec![];
    case.schedule.meanwhile = vec![0];
    replay(&case);
}
