//! The tables of compile times.

use super::table::{NOTHING, Table, code, count};
use crate::compile::{CompileTime, CompileTimes, Joined};

pub(super) fn tables(times: &CompileTimes) -> String {
    let tables = times.programs.chunk_by(same_shape).map(|programs| {
        let (calls, branches) = (programs[0].calls, programs[0].branches);
        if calls == 1 {
            format!("One call of {branches} branches:\n\n{}", whole(programs))
        } else {
            let calls = count(calls);
            let table = with_calls_alone(programs);
            format!("{calls} calls of {branches} branches each:\n\n{table}")
        }
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn same_shape(one: &CompileTime, other: &CompileTime) -> bool {
    (one.calls, one.branches) == (other.calls, other.branches)
}

fn whole(programs: &[CompileTime]) -> String {
    let mut table = Table::new(["", "`cargo check`", "`cargo build`"].map(String::from));
    let ours = of(programs, Joined::Gather);
    for it in programs {
        table.row([
            code(&it.joined),
            ratio(it.check, ours.check),
            ratio(it.build, ours.build),
        ]);
    }
    table.into_text()
}

fn with_calls_alone(programs: &[CompileTime]) -> String {
    let heads = [
        "",
        "`cargo check`",
        "calls alone",
        "`cargo build`",
        "calls alone",
    ];
    let mut table = Table::new(heads.map(String::from));
    let ours = of(programs, Joined::Gather);
    let base = of(programs, Joined::Awaited);
    for it in programs {
        let alone = |seconds: fn(&CompileTime) -> f64| {
            if it.joined == base.joined {
                String::from(NOTHING)
            } else {
                ratio(seconds(it) - seconds(base), seconds(ours) - seconds(base))
            }
        };
        table.row([
            code(&it.joined),
            ratio(it.check, ours.check),
            alone(|it| it.check),
            ratio(it.build, ours.build),
            alone(|it| it.build),
        ]);
    }
    table.into_text()
}

fn of(programs: &[CompileTime], joined: Joined) -> &CompileTime {
    let mut programs = programs.iter();
    let named = |it: &&CompileTime| it.joined == joined.name();
    programs
        .find(named)
        .expect("every shape of programs has it")
}

fn ratio(theirs: f64, ours: f64) -> String {
    format!("{theirs:.2} s ({:.2})", theirs / ours)
}
