//! Iterators that report a wrong length, and iterators without an end.

use std::future::{pending, ready};

use gather::{gather, try_gather};

mod support {
    pub(crate) mod flavours;
    pub(crate) mod until;
}

use support::flavours::on_both_flavours;
use support::until::until;

/// An iterator that reports another length than it has.
struct Liar<I> {
    gives: I,
    says: usize,
}

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.gives.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.says, Some(self.says))
    }
}

#[test]
#[cfg_attr(plain, ignore = "it believes an iterator that tells its length")]
fn an_iterator_that_lies_about_its_length_gives_what_it_gives() {
    on_both_flavours(|| async {
        for says in [0, 2, 7, usize::MAX / 1000, usize::MAX] {
            let liar = || {
                let gives = (1..=3).map(ready);
                Liar { gives, says }
            };
            let gather = gather!(limit = 2; ..liar(), ready(4));
            until(|| gather.is_finished()).await;
            assert_eq!(gather.progress().finished(), 4);
            assert_eq!(gather.await, (vec![1, 2, 3], 4));
            assert_eq!(gather!(..liar(), ready(4)).await, (vec![1, 2, 3], 4));
        }
    });
}

#[test]
fn progress_corrects_what_an_iterator_said_of_its_length() {
    on_both_flavours(|| async {
        let gives = (0..10).map(|n| async move {
            if n == 9 {
                pending::<()>().await;
            }
        });
        let gather = gather!(limit = 1; ..Liar { gives, says: 3 });
        // Nine branches have ended, and the tenth has been yielded and is running.
        until(|| gather.progress().to_string() == "9/10").await;

        let gives = (0..3).map(ready);
        let gather = gather!(limit = 2; ..Liar { gives, says: 7 }, ready(4));
        until(|| gather.is_finished()).await;
        assert_eq!(gather.progress().to_string(), "4/4");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(plain, ignore = "it pulls a spread before anything starts")]
async fn an_iterator_without_end_is_pulled_until_a_branch_fails() {
    let branches = (0_u64..).map(|n| async move { if n == 100 { Err(n) } else { Ok(n) } });
    assert_eq!(try_gather!(..branches).await, Err(100));
}
