//! `gather` against its peers: [what is gathered](branches), [by whom](contenders), and what is
//! measured of it.

pub mod branches;
pub mod compile;
pub mod contenders;
pub mod counts;
pub mod failing;
pub mod machine;
pub mod measure;
pub mod number;
pub mod polls;
pub mod repeat;
pub mod report;
pub mod results;
pub mod times;
