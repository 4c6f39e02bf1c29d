//! Whole calls, from tokens to their expansion.

mod cursor;
mod fuzz;
mod golden;
mod places;
mod recovery;
mod shapes;
