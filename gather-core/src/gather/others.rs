//! The names that asyncio and other crates have for the methods of a handle. The error for calling
//! one says what ours is.
//!
//! None of them can be called: the bounds never hold. rustc then prints the message of the bound's
//! trait, whereas it says little about a method that does not exist. Each returns whatever type is
//! expected, so that no further error follows. They stand beside the handle, because rustc would
//! name another module.

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
