//! Reads what comes before the `;`: where and how the branches run.
//!
//! | | |
//! | --- | --- |
//! | `split` | takes the options off the front of a call |
//! | `meant` | what the tokens before a `;` are meant to be |
//! | `unended` | options that no `;` ends |
//! | `setting` | one option, its value, and the errors in it |
//! | `name` | words that are options, or nearly, and what to write instead |

mod meant;
mod name;
mod setting;
mod split;
mod unended;

pub(super) use name::with_colon;
pub(crate) use name::{
    is_exact, is_foreign, is_near, is_value, misplaced, near, return_exceptions, unknown_option,
};
pub(crate) use split::not_bound;
pub(super) use split::split;
