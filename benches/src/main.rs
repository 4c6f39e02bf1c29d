//! x
use gather_benches::{
    counts,
    results::{AnyError, Results as _},
};
fn main() -> Result<(), AnyError> {
    counts::measure()?.write()
}
