//! The trouble that a backend makes on request.

use std::time::Duration;

use serde::Serialize;

/// How long a backend takes, and how it fails if it must.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Trouble {
    pub(crate) delay_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fails: Option<Failure>,
}

impl Trouble {
    pub(crate) fn delay(self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Failure {
    /// The status is 500.
    Error,
    /// The answer cannot be read.
    Garbage,
}
