//! What a `BranchError` says about its branch, also to a writer that formats the error while it is
//! being written.

use std::fmt::{self, Write};
use std::future::pending;
use std::panic::panic_any;

use gather::{BranchError, gather_settled};
use tokio::task::yield_now;

mod support {
    pub(crate) mod flavours;
    pub(crate) mod in_time;
}

use support::flavours::on_both_flavours;
use support::in_time::in_time;

async fn fetch(id: usize) -> usize {
    yield_now().await;
    assert!(id.is_multiple_of(2), "no route");
    id
}

/// Whether the text contains exactly this number, and not only as part of a longer one.
fn has_number(text: &str, number: usize) -> bool {
    let mut numbers = text.split(|at: char| !at.is_ascii_digit());
    numbers.any(|digits| digits == number.to_string())
}

#[test]
fn the_errors_of_a_spread_say_which_of_its_branches_failed() {
    on_both_flavours(|| async {
        let ids = || 100..120;
        macro_rules! test {
            ($($limit:tt)*) => {
                let all = gather_settled!($($limit)* ..ids().map(fetch)).await;
                let errors = all.into_iter().filter_map(Result::err);
                let texts: Vec<_> = errors.map(|error| (error.index(), error.to_string())).collect();
                assert_eq!(texts.len(), 10);
                for (at, (index, text)) in texts.iter().enumerate() {
                    assert!(has_number(text, *index), "{index} is not in: {text}");
                    assert!(text.contains("..ids().map(fetch)"), "{text}");
                    assert!(text.contains("no route"), "{text}");
                    assert!(texts[..at].iter().all(|(_, other)| other != text), "{text}");
                }
            };
        }
        test!();
        test!(limit = 3;);
    });
}

#[test]
fn the_errors_of_branches_that_read_alike_say_which_of_them_failed() {
    on_both_flavours(|| async {
        let (a, b, c) = gather_settled!(
            async { panic_any("no") },
            async { panic_any("no") },
            async { panic_any("no") }
        )
        .await;
        let errors: [BranchError; 3] = [a, b, c].map(Result::unwrap_err);
        let texts = errors.each_ref().map(ToString::to_string);
        for (error, text) in errors.iter().zip(&texts) {
            assert!(has_number(text, error.index()), "{text}");
            assert!(text.contains("no"), "{text}");
        }
        assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);

        let [a, b] = gather_settled!([fetch(1), fetch(1)])
            .await
            .map(Result::unwrap_err);
        assert_ne!(a.to_string(), b.to_string());
    });
}

#[test]
fn the_errors_of_branches_that_were_stopped_say_which() {
    on_both_flavours(|| async {
        let stopped = gather_settled!(..(0..3).map(|_| pending::<()>())).abort();
        let texts: Vec<_> = stopped
            .await
            .unwrap()
            .into_iter()
            .map(|outcome| outcome.unwrap_err().to_string())
            .collect();
        for (at, text) in texts.iter().enumerate() {
            assert!(has_number(text, at), "{text}");
            assert!(text.contains("cancelled"), "{text}");
        }
        assert_ne!(texts[0], texts[1]);
    });
}

#[test]
fn an_error_inside_an_error_says_of_both_which_branch_it_was() {
    on_both_flavours(|| async {
        let inner = |_| async {
            let all = gather_settled!(..(0..3).map(fetch)).await;
            if let Some(error) = all.into_iter().find_map(Result::err) {
                panic!("{error}");
            }
        };
        let all = gather_settled!(..(10..13).map(inner)).await;
        let texts: Vec<_> = all
            .into_iter()
            .map(|outcome| outcome.unwrap_err().to_string())
            .collect();
        assert_ne!(texts[0], texts[1]);
        assert!(texts[2].contains("..(0..3).map(fetch)"), "{}", texts[2]);
    });
}

/// A writer that formats the error whenever a part of it is written.
struct Shows<'a> {
    error: &'a BranchError,
    written: String,
}

impl Write for Shows<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        assert!(!self.error.to_string().is_empty());
        assert!(!format!("{:?}", self.error).is_empty());
        assert!(self.error.is_panic());
        self.written.push_str(part);
        Ok(())
    }
}

async fn panics() {
    panic_any("no")
}

#[tokio::main(flavor = "current_thread")]
async fn failed() -> BranchError {
    let (outcome,) = gather_settled!(panics()).await;
    outcome.unwrap_err()
}

#[test]
fn a_writer_may_display_and_debug_the_error_that_is_written_to_it() {
    in_time(|| {
        let error = failed();
        let shows = || Shows {
            error: &error,
            written: String::new(),
        };
        let mut writer = shows();
        write!(writer, "{error}").unwrap();
        assert_eq!(writer.written, error.to_string());
        let mut writer = shows();
        write!(writer, "{error:?}").unwrap();
        assert_eq!(writer.written, format!("{error:?}"));
        let mut writer = shows();
        write!(writer, "{error:#?}").unwrap();
        assert_eq!(writer.written, format!("{error:#?}"));
    });
}

#[test]
fn a_writer_that_panics_leaves_the_error_as_it_was() {
    struct Panics;
    impl Write for Panics {
        fn write_str(&mut self, _: &str) -> fmt::Result {
            panic_any("the writer")
        }
    }
    in_time(|| {
        let error = failed();
        let before = error.to_string();
        let written = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            write!(Panics, "{error} {error:?}")
        }));
        assert_eq!(written.unwrap_err().downcast_ref(), Some(&"the writer"));
        assert_eq!(error.to_string(), before);
        assert_eq!(error.into_panic().downcast_ref(), Some(&"no"));
    });
}
