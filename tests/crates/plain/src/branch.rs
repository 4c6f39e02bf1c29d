//! A branch as a task: a future that reports what became of it, even where it is dropped instead.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::call::{End, Judge, PollBranch, Value};
use crate::caught::{caught, drop_each, first, poll_caught};

/// Told what a branch ended in. If it has not returned, that is its panic, or nothing.
type Report = Box<dyn FnOnce(Result<End, Option<Value>>) + Send>;

/// What is `None` has been dropped or is used up.
pub(crate) struct Reported {
    poll: Option<PollBranch>,
    returned: Option<Result<Judge, Value>>,
    report: Option<Report>,
}

impl Reported {
    pub(crate) fn new(
        poll: impl FnMut(&mut Context<'_>) -> Poll<Judge> + Send + 'static,
        report: impl FnOnce(Result<End, Option<Value>>) + Send + 'static,
    ) -> Self {
        Reported {
            poll: Some(Box::new(poll)),
            returned: None,
            report: Some(Box::new(report)),
        }
    }
}

impl Future for Reported {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let poll = self
            .poll
            .as_mut()
            .expect("it is there until this is dropped");
        self.returned = Some(ready!(poll_caught(poll, cx)));
        Poll::Ready(())
    }
}

impl Drop for Reported {
    fn drop(&mut self) {
        let dropped = drop_each(self.poll.take());
        let end = match (self.returned.take(), dropped) {
            (Some(Ok(judge)), None) => caught(judge).map_err(Some),
            (Some(Err(panic)), dropped) => Err(first(Some(panic), dropped)),
            (returned, dropped) => Err(first(dropped, drop_each(returned))),
        };
        self.report.take().expect("it is dropped once")(end);
    }
}
