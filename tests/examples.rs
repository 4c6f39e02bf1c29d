//! Each example prints what its documentation says and takes as long as it says, and its expansion
//! prints the same.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The folder of the built examples. `cargo test` has already built them, but
/// `cargo test --test examples` has not. The gate has, and it checks other things in the same folder,
/// for which this would wait.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let test = env::current_exe().expect("a test has a path");
        let profile = test.ancestors().nth(2).expect("it is in PROFILE/deps");
        let examples = profile.join("examples");
        if env::var_os("CI").is_some() {
            return examples;
        }
        // All packages are selected, as they are when these tests run with all others. With another
        // selection, the dependencies would have other features and be built again.
        let mut build = Command::new(env!("CARGO"));
        build.args([
            "build",
            "--quiet",
            "--workspace",
            "--examples",
            "--target-dir",
        ]);
        build.arg(profile.parent().expect("it is in the target folder"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        assert!(
            build.status().expect("cargo runs").success(),
            "the examples build"
        );
        examples
    })
}

/// Runs an example. Returns what it prints and how long it took.
fn run(example: &str) -> (String, Duration) {
    let path = built().join(example);
    let start = Instant::now();
    let output = Command::new(&path)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let took = start.elapsed();
    assert!(
        output.status.success(),
        "{example} fails:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (
        String::from_utf8(output.stdout).expect("examples print text"),
        took,
    )
}

/// Runs an example and its expansion at the same time.
fn run_both(example: &str) -> (String, Duration) {
    let expansion = format!("{example}-expanded");
    let expanded = std::thread::spawn(move || run(&expansion));
    let (printed, took) = run(example);
    let (expanded, _) = expanded.join().expect("the expansion runs");
    assert_eq!(without_counts(&printed), without_counts(&expanded));
    (printed, took)
}

/// Removes the one number that differs from run to run.
fn without_counts(printed: &str) -> String {
    let lines = printed
        .lines()
        .map(|line| match line.strip_prefix("the server saw ") {
            Some(rest) => rest.trim_start_matches(|letter: char| letter.is_ascii_digit()),
            None => line,
        });
    lines.collect::<Vec<_>>().join("\n")
}

const TEN: &str = "\
Main starting
>0 done
>1 done
>2 done
>3 done
>4 done
>5 done
>6 done
>7 done
>8 done
>9 done
[0, 100, 200, 300, 400, 500, 600, 700, 800, 900]
Main done
";

#[test]
fn foreground_takes_as_long_as_one_task() {
    let (printed, took) = run_both("foreground");
    assert_eq!(printed, TEN);
    assert!((2..3).contains(&took.as_secs()), "{took:?}");
}

#[test]
fn foreground_here_takes_as_long_as_one_piece_of_work() {
    let (printed, took) = run_both("foreground_here");
    assert_eq!(printed, TEN);
    assert!((2..3).contains(&took.as_secs()), "{took:?}");
}

#[test]
fn background_takes_as_long_as_the_caller() {
    let (printed, took) = run_both("background");
    assert_eq!(printed, TEN);
    assert!((3..4).contains(&took.as_secs()), "{took:?}");
}

#[test]
fn quickstart_gives_three_types() {
    let (printed, _) = run_both("quickstart");
    assert_eq!(
        printed,
        "all three are running, and the caller does not wait for them yet\n\
         the caller goes on with its own work\n\
         this program has more than 50 lines: true\n\
         the server says: hello from the server\n\
         there are 5133 primes below 50000\n"
    );
}

#[test]
fn dashboard_stops_at_the_first_error() {
    let (printed, _) = run_both("dashboard");
    assert_eq!(
        printed,
        "Ada has 12 orders and 3 pages, in dark\n  \
           and waited for the pages, which take a second\n\
         the orders cannot be counted: invalid digit found in string\n  \
           and did not wait for the pages, which take a second\n\
         there is no user 8\n  \
           and did not wait for the pages, which take a second\n"
    );
}

#[test]
fn settled_tells_of_each_branch() {
    let (printed, _) = run_both("settled");
    assert_eq!(
        printed,
        "apple: 3\n\
         pear: the store of pear is closed\n\
         plum: branch 2, `price(\"plum\")`, panicked: no price for plum\n      \
               the branch was `price(\"plum\")`, number 2\n"
    );
}

#[test]
fn limited_never_has_more_open_than_its_limit() {
    let (printed, _) = run_both("limited");
    assert_eq!(
        without_counts(&printed),
        "10000 downloads, every answer right: true\n \
         open at once, and never more than 64: true"
    );
}

#[test]
fn first_of_has_the_first_good_answer_and_the_slow_mirror_sees_its_client_leave() {
    let (printed, _) = run_both("first_of");
    assert_eq!(
        printed,
        "mirror 1: no answer\n\
         from nearby, page 7\n\
         the slow mirror saw its client leave\n\
         the broken mirror failed\n\
         the good mirror answered\n\
         in less than a minute: true\n"
    );
}

#[test]
fn progress_prints_what_it_has_counted_where_there_is_no_terminal() {
    let (printed, _) = run_both("progress");
    assert_eq!(printed, "400 pages, 89800 words\n");
}

#[test]
fn progress_draws_a_bar_that_grows_where_there_is_a_terminal() {
    // On other systems, `script` takes other arguments.
    let version = Command::new("script").arg("--version").output();
    if !version.is_ok_and(|version| version.stdout.windows(10).any(|text| text == b"util-linux")) {
        // Writes to stderr directly, because the test harness hides what a passing test prints.
        let skipped = "\nskipped: there is no `script` of util-linux, which makes a terminal\n";
        io::stderr()
            .write_all(skipped.as_bytes())
            .expect("stderr takes text");
        return;
    }
    let mut on_terminal = Command::new("script");
    on_terminal.args(["--quiet", "--return", "--command"]);
    on_terminal.arg(built().join("progress")).arg("/dev/null");
    on_terminal.stdin(Stdio::null()).env("TERM", "xterm");
    let output = on_terminal.output().expect("`script` runs");
    assert!(output.status.success(), "{output:?}");

    let drawn = String::from_utf8(output.stdout).expect("a bar is text");
    let positions: Vec<u32> = drawn
        .split("/400 pages")
        .filter_map(|text| text.rsplit(' ').next()?.parse().ok())
        .collect();
    assert!(positions.len() > 10, "{positions:?}");
    assert!(positions.is_sorted(), "{positions:?}");
    assert_eq!(positions.first(), Some(&0));
    assert_eq!(positions.last(), Some(&400));
}
