//! The machine on which each part was measured.

use super::Kept;
use super::table::{NOTHING, Table};
use crate::times::WORKERS;

pub(super) fn table(kept: &Kept) -> String {
    let machines = [
        &kept.counts.machine,
        &kept.times.machine,
        &kept.compile.machine,
    ];
    let mut table = Table::new(["", "counts", "times", "compile times"].map(String::from));
    let mut row = |name: &str, cells: [String; 3]| {
        table.row([String::from(name)].into_iter().chain(cells));
    };
    row("processor", machines.map(|it| it.processor.clone()));
    row("cores", machines.map(|it| it.cores.to_string()));
    row("compiler", machines.map(|it| it.rustc.clone()));
    for package in kept.counts.machine.packages.keys() {
        let version = |version: Option<&String>| version.map_or(NOTHING, String::as_str).to_owned();
        row(
            package,
            machines.map(|it| version(it.packages.get(package))),
        );
    }
    let settings = &kept.times.settings;
    row(
        "threads of the runtime",
        ["1".into(), WORKERS.to_string(), NOTHING.into()],
    );
    row(
        "measured by",
        [
            kept.counts.valgrind.clone(),
            format!(
                "{} samples in {} ms, after {} ms",
                settings.samples, settings.measurement, settings.warm_up
            ),
            format!("the least of {}", kept.compile.rounds),
        ],
    );
    table.into_text()
}
