//! Numbers, as they are reckoned with and shown.

/// A count, to be divided.
#[expect(
    clippy::cast_precision_loss,
    reason = "no count comes near to where it would not be exact"
)]
#[must_use]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}

/// The number in the middle.
///
/// # Panics
///
/// If there are none.
#[must_use]
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 {
        numbers[middle]
    } else {
        f64::midpoint(numbers[middle - 1], numbers[middle])
    }
}
