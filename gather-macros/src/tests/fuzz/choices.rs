//! The source of what is generated: a list of numbers. proptest shrinks a failing call by making
//! the list shorter and its numbers lower.

use proptest::prelude::{Strategy, any};

/// Numbers that make the choices. When they run out, every choice is the first alternative.
pub(super) struct Choices(std::vec::IntoIter<u16>);

impl Choices {
    /// Lists of up to `most` numbers, each turned into what `make` generates from it.
    pub(super) fn strategy<T: std::fmt::Debug>(
        most: usize,
        make: impl Fn(&mut Choices) -> T,
    ) -> impl Strategy<Value = T> {
        proptest::collection::vec(any::<u16>(), 0..most)
            .prop_map(move |numbers| make(&mut Choices(numbers.into_iter())))
    }

    /// A number less than `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0.next().map_or(0, usize::from) % end
    }

    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Puts a list into any order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, last - self.below(last + 1));
        }
    }

    /// True in one case of `cases`.
    pub(super) fn rarely(&mut self, cases: usize) -> bool {
        self.below(cases) == cases - 1
    }
}
