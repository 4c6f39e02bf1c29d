//! What a backend has counted after one call.

use dashboard_service::Tally;

/// The longest delay that the service allows, in milliseconds. A test that counts such a call as
/// cut off did not wait for it.
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
