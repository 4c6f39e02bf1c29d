//! Tables of times.

use super::table::{self, duration};
use super::{FAMILIES, is_ours};
use crate::times::{Course, Time, Times};
use gather_contenders::branches::{LITTLE, MUCH};

pub(super) fn tables(times: &Times) -> String {
    let mut paragraphs = Vec::new();
    for (family, title) in FAMILIES {
        paragraphs.push(format!("### {title}\n"));
        for (course, held, does) in COURSES {
            let wanted = (family, course, held);
            let times = times.times.iter();
            let times = times.filter(|it| (it.family.as_str(), it.course, it.held) == wanted);
            let cells = times.map(|it| (it.contender.as_str(), it.branches, cell(it)));
            let mut cells = cells.peekable();
            if cells.peek().is_some() {
                paragraphs.extend([format!("{does}:\n"), table::by_size(cells)]);
            }
        }
        if paragraphs
            .last()
            .is_some_and(|last| last.starts_with("###"))
        {
            // Nothing of this family was timed.
            paragraphs.pop();
        }
    }
    paragraphs.join("\n")
}

const COURSES: [(Course, usize, &str); 5] = [
    (Course::Yielding, LITTLE, "Each yields once"),
    (
        Course::Ready,
        LITTLE,
        "Each is ready when it is first polled",
    ),
    (
        Course::OneAfterAnother,
        LITTLE,
        "Each ends after the one before it",
    ),
    (
        Course::Yielding,
        MUCH,
        "Each yields once, and holds 4 KiB instead of 64 bytes",
    ),
    (
        Course::Failing,
        LITTLE,
        "One fails while the others wait: the time from its error until the last of them is dropped",
    ),
];

/// The time of ours in full, and the others as multiples of ours.
fn cell(time: &Time) -> String {
    let [_, ratio, _] = time.ratio;
    if is_ours(&time.family, &time.contender) {
        format!("{} ({ratio:.2})", duration(time.theirs))
    } else {
        format!("{ratio:.2}")
    }
}
