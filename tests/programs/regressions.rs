//! Cases that once went wrong, as they were printed.

use crate::case::Case;
use crate::program::Body::*;
use crate::program::End::*;
use crate::program::Form::*;
use crate::program::Policy::*;
use crate::program::{Branch, Place, Program};
use crate::schedule::Finish::*;
use crate::schedule::Last::*;
use crate::schedule::Schedule;
use crate::schedule::Start::*;
use crate::{run, set_panic_hook};

/// So often a case is run on two workers, where what happens is not the same every time.
const TIMES: usize = 200;

fn replay(case: &Case) {
    set_panic_hook();
    run(case, TIMES).unwrap_or_else(|mismatch| panic!("{mismatch}"));
}

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
                    asks: None,
                },
                Branch {
                    body: Script {
                        steps: 0,
                        end: Return,
                        future_panics: true,
                    },
                    output_panics: false,
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
                    asks: None,
                },
                Branch {
                    body: Script {
                        steps: 1,
                        end: Return,
                        future_panics: false,
                    },
                    output_panics: true,
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
