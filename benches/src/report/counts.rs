//! Tables of instructions, allocations and polls.

use super::table::{self, count, rounded};
use super::{FAMILIES, is_ours};
use crate::results::{Counts, Work};

pub(super) fn tables(counts: &Counts) -> String {
    let mut paragraphs = Vec::new();
    for (family, title) in FAMILIES {
        let work = counts.work.iter().filter(|it| it.family == family);
        let work: Vec<&Work> = work.collect();
        paragraphs.extend([
            format!("### {title}\n"),
            String::from("Instructions for each branch:\n"),
            instructions(&work),
            String::from(
                "Allocations of a gather, beyond one for each task, and the bytes of all of its allocations:\n",
            ),
            allocations(&work),
        ]);
    }
    paragraphs.extend([
        String::from("### Polls\n"),
        String::from(
            "Polls of the one who awaits, and of the branch that is polled most often. Each branch ends \
             after the one before it:\n",
        ),
        polls(counts, "tuple"),
        polls(counts, "collection"),
        polls(counts, "one by one"),
    ]);
    paragraphs.join("\n")
}

fn instructions(work: &[&Work]) -> String {
    table::by_size(work.iter().map(|it| {
        let ratio = it.instructions / ours(work, it).instructions;
        let cell = format!("{} ({ratio:.2})", rounded(it.instructions));
        (it.contender.as_str(), it.branches, cell)
    }))
}

/// The work of ours with the same number of branches.
fn ours<'a>(work: &[&'a Work], it: &Work) -> &'a Work {
    work.iter()
        .find(|ours| is_ours(&ours.family, &ours.contender) && ours.branches == it.branches)
        .expect("ours is measured wherever another is")
}

fn allocations(work: &[&Work]) -> String {
    table::by_size(work.iter().map(|it| {
        let cell = format!("{} ({})", count(it.beyond_tasks()), count(it.bytes));
        (it.contender.as_str(), it.branches, cell)
    }))
}

fn polls(counts: &Counts, family: &str) -> String {
    let polls = counts.polls.iter().filter(|it| it.family == family);
    table::by_size(polls.map(|it| {
        let cell = format!("{} / {}", count(it.awaiter), count(it.branch));
        (it.contender.as_str(), it.branches, cell)
    }))
}
