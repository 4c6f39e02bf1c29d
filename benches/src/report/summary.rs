//! The few ratios that are quoted elsewhere.

use super::Kept;
use super::table::{Table, code, count};
use crate::branches::LITTLE;
use crate::contenders::{Collection, Contender, Limited, TryTuple, Tuple};
use crate::times::{Case, Course};

const ROWS: [(Contender, usize); 7] = [
    (Contender::Tuple(Tuple::SpawnJoin), 3),
    (Contender::TryTuple(TryTuple::SpawnTryJoin), 3),
    (Contender::Collection(Collection::InOrder), 1_000),
    (Contender::Collection(Collection::JoinSet), 1_000),
    (Contender::Collection(Collection::JoinAll), 1_000),
    (Contender::Limited(Limited::Semaphore), 10_000),
    (Contender::Limited(Limited::OneTask), 10_000),
];

/// How many times ours the instructions and the time of some contenders are.
pub(super) fn table(kept: &Kept) -> String {
    let heads = ["branches", "ours", "instead of it", "instructions", "time"];
    let mut table = Table::new(heads.map(String::from));
    for (contender, branches) in ROWS {
        table.row([
            count(branches),
            code(contender.ours().name()),
            code(contender.name()),
            format!("{:.2}", instructions(kept, contender, branches)),
            format!("{:.2}", time(kept, contender, branches)),
        ]);
    }
    table.into_text()
}

fn instructions(kept: &Kept, contender: Contender, branches: usize) -> f64 {
    let of = |contender: Contender| {
        let work = kept.counts.work.iter();
        let mut work = work.filter(|it| it.is_of(contender, branches));
        work.next().expect("it is counted").instructions
    };
    of(contender) / of(contender.ours())
}

fn time(kept: &Kept, contender: Contender, branches: usize) -> f64 {
    let case = Case {
        contender,
        branches,
        course: Course::Yielding,
        held: LITTLE,
    };
    let time = kept.times.times.iter().find(|it| it.is_of(&case));
    time.expect("it is timed").ratio[1]
}
