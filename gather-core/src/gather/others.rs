//! The names that others have for what a handle does, such as asyncio: whoever calls one is told ours.
//!
//! None of them can be called, as the bounds never hold. rustc then prints the words of the bound's
//! trait, where it would say no more of a name that is not there than that. Each returns whatever is
//! expected of it, so that no further error follows. They stand beside the handle, as rustc would otherwise
//! say in which module they are.

/// Methods that return `$returned`, where `$handle: $never` does not hold. rustc shows where
/// the bound is written: a `tt` keeps its place, as a `path` would not.
macro_rules! methods_of_others {
    ($handle:ty: $($($name:ident $(($argument:tt))?)+ -> $returned:ty: $never:tt;)+) => {
        $($(
            pub fn $name<Expected>(&self $(, $argument: impl Sized)?) -> $returned
            where
                $handle: $never,
            {
                <$handle>::answer()
            }
        )+)+
    };
}

pub(crate) use methods_of_others;
