//! The few ratios that other pages quote.

use super::Kept;
use super::table::{NOTHING, Table, code, count};
use crate::times::{Case, Course};
use gather_contenders::branches::LITTLE;
use gather_contenders::{COMPARED, Collection, Contender, Tuple};

/// The instructions and the time of some contenders, as multiples of ours.
pub(super) fn table(kept: &Kept) -> String {
    let heads = [
        "branches",
        "with gather",
        "alternative",
        "instructions",
        "time",
    ];
    let mut table = Table::new(heads.map(String::from));
    for (ours, other, branches) in COMPARED {
        let of = |contender| instructions(kept, contender, branches);
        let instructions = of(other) / of(ours);
        // The ratio of each to the same gather, next to which it was timed.
        let of = |contender| time(kept, contender, branches);
        let time = of(other).zip(of(ours)).map(|(other, ours)| other / ours);
        table.row([
            count(branches),
            code(ours.name()),
            code(other.name()),
            format!("{instructions:.2}"),
            time.map_or(NOTHING.into(), |time| format!("{time:.2}")),
        ]);
    }
    table.into_text()
}

/// The cost of each of our places, relative to a task for each branch.
pub(super) fn places(kept: &Kept) -> String {
    let mut table = Table::new(["", "3 branches", "1,000 branches"].map(String::from));
    let rows = [
        ("a task each", Tuple::Gather, Collection::Gather),
        ("`tasks = 1`", Tuple::Tasks, Collection::OneTask),
        ("`here`", Tuple::Here, Collection::Here),
    ];
    for (place, written_out, of_an_iterator) in rows {
        let cells = [
            (Contender::Tuple(written_out), 3),
            (Contender::Collection(of_an_iterator), 1_000),
        ];
        let ratio = |(contender, branches): (Contender, usize)| {
            let ours = instructions(kept, contender.ours(), branches);
            format!("{:.2}", instructions(kept, contender, branches) / ours)
        };
        table.row([place.to_owned()].into_iter().chain(cells.map(ratio)));
    }
    table.into_text()
}

fn instructions(kept: &Kept, contender: Contender, branches: usize) -> f64 {
    let mut work = kept.counts.work.iter();
    let work = work.find(|it| it.is_of(contender, branches));
    work.expect("it is counted").instructions
}

fn time(kept: &Kept, contender: Contender, branches: usize) -> Option<f64> {
    if contender == contender.ours() {
        return Some(1.0);
    }
    let case = Case {
        contender,
        branches,
        course: Course::Yielding,
        held: LITTLE,
    };
    let time = kept.times.times.iter().find(|it| it.is_of(&case));
    Some(time?.ratio[1])
}
