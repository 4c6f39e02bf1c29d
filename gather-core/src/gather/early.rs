//! Methods of the value that are called on the handle because the `.await` is missing.
//!
//! None of them can be called: the bound never holds, and rustc prints the message of its trait.
//! Each returns whatever type is expected, so that no further error follows.

/// The methods that people call on what a call returns, where `$value: $has_value` never holds. Handed on as
/// `$(..)+`, the bound keeps the place where it is written, which is what rustc shows.
macro_rules! methods_of_value {
    (@ $value:ty: $has_value:tt; $($name:ident($($argument:tt)?))+) => {
        $(
            pub fn $name<Expected>(&self $(, $argument: impl Sized)?) -> Expected
            where
                $value: $has_value,
            {
                <$value>::answer()
            }
        )+
    };
    ($value:ty: $($has_value:tt)+) => {
        crate::gather::early::methods_of_value! {
            @ $value: $($has_value)+;
            unwrap() expect(_) unwrap_or(_) unwrap_or_default() is_ok() is_err() ok() context(_)
            with_context(_) iter() into_iter() len() is_empty() first() last() get(_) all(_) any(_)
            filter(_) for_each(_) enumerate() zip(_) collect()
        }
    };
}

pub(crate) use methods_of_value;
