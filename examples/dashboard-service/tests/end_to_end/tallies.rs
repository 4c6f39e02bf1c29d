//! What a backend has counted after one call.

use dashboard_service::Tally;

/// The longest delay that there is, in milliseconds: what is counted as cut off was not waited for.
pub(crate) const LONGEST: usize = 10_000;

pub(crate) const ONE_CUT_OFF: Tally = Tally {
    begun: 1,
    finished: 0,
    cut_off: 1,
};

pub(crate) const ONE_FINISHED: Tally = Tally {
    begun: 1,
    finished: 1,
    cut_off: 0,
};
