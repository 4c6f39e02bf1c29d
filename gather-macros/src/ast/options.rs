//! How the branches are to run.

use syn::{Expr, Type};

use super::Policy;

/// The options of a call, each at most once and as they are written: that is the order in which
/// they are evaluated.
#[derive(Default)]
pub(crate) struct Options(Vec<Setting>);

/// One option, and what it is set to.
pub(crate) enum Setting {
    /// `limit = 16`
    Limit(Expr),
    /// `on = handle`
    On(Expr),
    /// `error = AppError`
    Error(Type),
}

impl Options {
    /// Sets an option, and returns whether it was not set yet.
    #[must_use]
    pub(crate) fn set(&mut self, setting: Setting) -> bool {
        let is_new = self.iter().all(|set| set.name() != setting.name());
        if is_new {
            self.0.push(setting);
        }
        is_new
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has_limit(&self) -> bool {
        self.iter()
            .any(|setting| matches!(setting, Setting::Limit(_)))
    }

    pub(crate) fn error(&self) -> Option<&Type> {
        self.iter().find_map(|setting| match setting {
            Setting::Error(error) => Some(error),
            Setting::Limit(_) | Setting::On(_) => None,
        })
    }

    /// The names of the options that a macro has.
    pub(crate) fn of(policy: Policy) -> &'static [&'static str] {
        match policy {
            Policy::FailFast => &["limit", "on", "error"],
            Policy::All | Policy::Settled => &["limit", "on"],
        }
    }
}

impl Setting {
    fn name(&self) -> &'static str {
        match self {
            Setting::Limit(_) => "limit",
            Setting::On(_) => "on",
            Setting::Error(_) => "error",
        }
    }
}
