//! Calculation with numbers.

/// A count, for division.
#[expect(
    clippy::cast_precision_loss,
    reason = "no count comes near to where it would not be exact"
)]
#[must_use]
pub fn as_f64(count: usize) -> f64 {
    count as f64
}

/// The numbers a quarter, half and three quarters of the way from the least to the greatest.
///
/// # Panics
///
/// If there are no numbers.
#[must_use]
pub fn quartiles(numbers: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len() - 1;
    [1, 2, 3].map(|quarters| {
        let (below, above) = (last * quarters / 4, (last * quarters).div_ceil(4));
        f64::midpoint(numbers[below], numbers[above])
    })
}

#[cfg(test)]
mod tests {
    use super::quartiles;

    #[test]
    fn quartiles_lie_a_quarter_half_and_three_quarters_of_the_way() {
        let shown = |numbers: &[f64]| format!("{:?}", quartiles(numbers.iter().copied()));
        assert_eq!(shown(&[5.0, 1.0, 2.0, 4.0, 3.0]), "[2.0, 3.0, 4.0]");
        assert_eq!(shown(&[4.0, 1.0, 2.0, 3.0]), "[1.5, 2.5, 3.5]");
        assert_eq!(shown(&[7.0]), "[7.0, 7.0, 7.0]");
    }
}
