//! `gather` against its peers: [the branches](branches), [the contenders](contenders), and the
//! measurements.

pub mod branches;
pub mod compile;
pub mod contenders;
pub mod counts;
pub mod error;
pub mod failing;
pub mod machine;
pub mod measure;
pub mod number;
pub mod polls;
pub mod repeat;
pub mod report;
pub mod results;
pub mod times;
