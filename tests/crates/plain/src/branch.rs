//! A branch as a task: a future that reports the end of its branch, even if it is dropped instead.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::call::{End, Judge, PollBranch, Value};
use crate::caught::{caught, drop_each, first, poll_caught};

/// Receives the end of a branch. If the branch has not returned, it receives the panic, or nothing.
type Report = Box<dyn FnOnce(Result<End, Option<Value>>) + Send>;

/// A field is `None` once it has been dropped or used up.
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
