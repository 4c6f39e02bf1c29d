//! `counted CONTENDER BRANCHES REPETITIONS`: gathers branches that yield once, on one thread.
//!
//! It runs under callgrind, and so uses the system's allocator.

use std::env;

use gather_contenders::Contender;
use gather_contenders::repeat::repeat;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [contender, branches, repetitions] = &arguments[..] else {
        panic!("usage: counted CONTENDER BRANCHES REPETITIONS");
    };
    let contender = Contender::named(contender).expect("a contender, as FAMILY/NAME");
    let branches = branches.parse().expect("a number of branches");
    let repetitions = repetitions.parse().expect("a number of repetitions");
    repeat(contender, branches, repetitions, &mut || ());
}
