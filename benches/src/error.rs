//! The error of a measurement.

use std::error::Error;

/// Any error that ends a measurement.
pub type AnyError = Box<dyn Error + Send + Sync>;
