//! Where and how the branches run.

use proc_macro2::Ident;
use syn::{Expr, Type};

use super::Policy;

/// The options of a call, each at most once, in the order in which they are written: that is the
/// order in which they are evaluated.
#[derive(Default)]
pub(crate) struct Options(Vec<Setting>);

/// One option, and its value.
pub(crate) enum Setting {
    /// `limit = 16`
    Limit(Ident, Expr),
    /// `tasks = 4`
    Tasks(Ident, Expr),
    /// `here`
    Here,
    /// `on = handle`
    On(Expr),
    /// `error = AppError`; `_` in place of a mistake.
    Error(Type),
    /// `catch`
    Catch(Ident),
}

/// Why an option cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clash {
    /// It is already set.
    Repeated,
    /// One of the two options is `here`. The other, which has this name, has no meaning beside it.
    WithHere(&'static str),
}

impl Options {
    /// Sets an option, unless it is already set. Of two options that contradict each other, `here`
    /// stays.
    pub(crate) fn set(&mut self, setting: Setting) -> Result<(), Clash> {
        if self.iter().any(|set| set.name() == setting.name()) {
            return Err(Clash::Repeated);
        }
        if self.is_here() && setting.is_of_tasks() {
            return Err(Clash::WithHere(setting.name()));
        }
        let mut clash = Ok(());
        if let Setting::Here = setting {
            self.0.retain(|set| {
                if set.is_of_tasks() {
                    clash = Err(Clash::WithHere(set.name()));
                }
                !set.is_of_tasks()
            });
        }
        self.0.push(setting);
        clash
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.0.iter()
    }

    /// Whether the branches run in the awaiting task.
    pub(crate) fn is_here(&self) -> bool {
        self.iter().any(|set| matches!(set, Setting::Here))
    }

    pub(crate) fn has_limit(&self) -> bool {
        self.iter().any(|set| matches!(set, Setting::Limit(..)))
    }

    /// Whether the options contain no expression to evaluate, and no type.
    pub(crate) fn are_trivial(&self) -> bool {
        self.iter()
            .all(|set| matches!(set, Setting::Here | Setting::Catch(_)))
    }

    pub(crate) fn error(&self) -> Option<&Type> {
        self.iter().find_map(|setting| match setting {
            Setting::Error(error) => Some(error),
            Setting::Limit(..)
            | Setting::Tasks(..)
            | Setting::Here
            | Setting::On(_)
            | Setting::Catch(_) => None,
        })
    }

    /// The names of the options that a macro has.
    pub(crate) fn of(policy: Policy) -> &'static [&'static str] {
        match policy {
            Policy::FailFast => &["limit", "tasks", "here", "on", "error", "catch"],
            Policy::All | Policy::Settled | Policy::Each => &["limit", "tasks", "here", "on"],
        }
    }
}

impl Setting {
    fn name(&self) -> &'static str {
        match self {
            Setting::Limit(..) => "limit",
            Setting::Tasks(..) => "tasks",
            Setting::Here => "here",
            Setting::On(_) => "on",
            Setting::Error(_) => "error",
            Setting::Catch(_) => "catch",
        }
    }

    /// Whether it is about the tasks that the branches run as. With `here`, there are no such
    /// tasks.
    fn is_of_tasks(&self) -> bool {
        matches!(self, Setting::Tasks(..) | Setting::On(_))
    }
}
