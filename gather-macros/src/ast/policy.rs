//! The macro that is called.

/// What happens to the other branches when one fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// `gather!`
    All,
    /// `try_gather!`
    FailFast,
    /// `gather_settled!`
    Settled,
    /// `gather_each!`
    Each,
}

impl Policy {
    /// The macro's name, as it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Policy::All => "gather!",
            Policy::FailFast => "try_gather!",
            Policy::Settled => "gather_settled!",
            Policy::Each => "gather_each!",
        }
    }
}
