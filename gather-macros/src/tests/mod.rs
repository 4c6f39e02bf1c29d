//! Tests of whole calls, from tokens to their expansion.
//!
//! | | |
//! | --- | --- |
//! | `entries` | the four macros, which pass their tokens on |
//! | `shapes`, `places` | the expansion of each shape, and of each option |
//! | `golden` | the expansions in `examples/` |
//! | `messages` | the errors of `tests/ui/`: their texts and their places |
//! | `recovery` | mistakes: one error each, and the other branches as if nothing were wrong |
//! | `cursor` | calls with an editor's cursor in them |
//! | `fuzz` | generated calls |

mod cursor;
mod entries;
mod fuzz;
mod golden;
mod messages;
mod places;
mod recovery;
mod shapes;
