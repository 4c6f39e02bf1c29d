//! Channels for one value. gather uses them only to learn that they have ended.

pub mod oneshot {
    use std::marker::PhantomData;
    use std::pin::Pin;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::task::{Context, Poll, Waker};

    use crate::threads::point;

    pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let shared = Arc::<Shared>::default();
        let sender = Sender {
            shared: Arc::clone(&shared),
            value: PhantomData,
        };
        let value = PhantomData;
        (sender, Receiver { shared, value })
    }

    #[derive(Debug)]
    pub struct Sender<T> {
        shared: Arc<Shared>,
        value: PhantomData<T>,
    }

    #[derive(Debug)]
    pub struct Receiver<T> {
        shared: Arc<Shared>,
        value: PhantomData<T>,
    }

    /// Whether the sender is gone, and the waker of the task that waits for that.
    type Shared = Mutex<(bool, Option<Waker>)>;

    #[derive(Clone, Copy, Debug)]
    pub struct RecvError;

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            point();
            let waker = {
                let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
                shared.0 = true;
                shared.1.take()
            };
            waker.into_iter().for_each(Waker::wake);
        }
    }

    impl<T> Future for Receiver<T> {
        type Output = Result<T, RecvError>;

        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            let unit = std::task::ready!(crate::task::coop::poll_proceed(cx));
            point();
            let waker = cx.waker().clone();
            let (is_over, replaced) = {
                let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
                (shared.0, shared.1.replace(waker))
            };
            drop(replaced);
            if is_over {
                unit.made_progress();
                return Poll::Ready(Err(RecvError));
            }
            Poll::Pending
        }
    }
}
