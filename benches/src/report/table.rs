//! Tables in Markdown, and the numbers in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The contents of an empty cell.
pub(super) const NOTHING: &str = "–";

pub(super) struct Table {
    text: String,
}

impl Table {
    /// A table whose first column is text and whose other columns are numbers.
    pub(super) fn new(head: impl IntoIterator<Item = String>) -> Self {
        let head: Vec<String> = head.into_iter().collect();
        let mut table = Self {
            text: String::new(),
        };
        let mut under = vec![String::from("---:"); head.len()];
        under[0] = String::from("---");
        table.row(head);
        table.row(under);
        table
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for cell in cells {
            write!(self.text, "| {cell} ").expect("a string takes everything");
        }
        self.text += "|\n";
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A row for each contender and a column for each size, from tuples of a contender, a size and the
/// text of their cell.
pub(super) fn by_size<'a>(cells: impl Iterator<Item = (&'a str, usize, String)>) -> String {
    let mut sizes = BTreeSet::new();
    let mut rows: Vec<(&str, BTreeMap<usize, String>)> = Vec::new();
    for (contender, size, cell) in cells {
        sizes.insert(size);
        match rows.iter_mut().find(|(name, _)| *name == contender) {
            Some((_, row)) => drop(row.insert(size, cell)),
            None => rows.push((contender, BTreeMap::from([(size, cell)]))),
        }
    }
    let heads = sizes.iter().map(count);
    let mut table = Table::new([String::from("branches")].into_iter().chain(heads));
    for (contender, mut row) in rows {
        let cell = |size| row.remove(size).unwrap_or_else(|| String::from(NOTHING));
        table.row([code(contender)].into_iter().chain(sizes.iter().map(cell)));
    }
    table.into_text()
}

/// A contender's name, as code.
pub(super) fn code(name: &str) -> String {
    format!("`{name}`")
}

/// The number with a comma between thousands.
pub(super) fn count(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The number without its decimals.
pub(super) fn rounded(number: f64) -> String {
    count(format!("{number:.0}"))
}

/// The duration with three digits.
pub(super) fn duration(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        ..1e3 => (nanoseconds, "ns"),
        ..1e6 => (nanoseconds / 1e3, "µs"),
        ..1e9 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    match number {
        ..10.0 => format!("{number:.2} {unit}"),
        ..100.0 => format!("{number:.1} {unit}"),
        _ => format!("{number:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{by_size, count, duration};

    #[test]
    fn thousands_are_set_apart() {
        let counts = [7, 999, 1_000, 27_200_168].map(count);
        assert_eq!(counts, ["7", "999", "1,000", "27,200,168"]);
    }

    #[test]
    fn a_duration_has_three_digits_and_its_unit() {
        let durations = [8.0, 999.0, 1_000.0, 12_345.0, 123_456.0, 6.1e6, 2.5e9].map(duration);
        let are = [
            "8.00 ns", "999 ns", "1.00 µs", "12.3 µs", "123 µs", "6.10 ms", "2.50 s",
        ];
        assert_eq!(durations, are);
    }

    #[test]
    fn a_table_has_a_row_for_each_contender_and_a_column_for_each_size() {
        let cells = [("one", 3, "a"), ("one", 1_000, "b"), ("other", 3, "c")];
        let table = by_size(
            cells
                .map(|(name, size, cell)| (name, size, cell.into()))
                .into_iter(),
        );
        let is = "| branches | 3 | 1,000 |\n| --- | ---: | ---: |\n\
                  | `one` | a | b |\n| `other` | c | – |\n";
        assert_eq!(table, is);
    }
}
