//! `gather` compared with its peers: the measurements, and the report made of them. What is measured is
//! in the package `gather-contenders`.

pub mod compile;
pub mod counts;
pub mod error;
pub mod failing;
pub mod machine;
pub mod number;
pub mod polls;
pub mod report;
pub mod results;
pub mod times;
