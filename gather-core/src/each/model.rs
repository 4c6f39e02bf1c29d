//! Loom models of the queue: see [`model`](crate::task::model) for how to run them.

use std::mem;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use loom::thread::Thread;
use loom::{model, thread};

use crate::each::queue::Queue;
use crate::task::model::{Counted, count, counter};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Receives everything that is sent, until there are no senders.
fn all<S>(queue: &Queue<S>) -> Vec<S> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut all = Vec::new();
    loop {
        let mut sent = Vec::new();
        while queue
            .poll_take(&mut Context::from_waker(&waker), &mut sent)
            .is_pending()
        {
            thread::park();
        }
        if sent.is_empty() {
            return all;
        }
        all.extend(sent);
    }
}

#[test]
fn all_that_is_sent_comes_and_whoever_waits_is_woken_for_each_and_for_the_end() {
    model(|| {
        let queue = Arc::new(Queue::new());
        queue.join();
        let senders = [1, 2].map(|sent| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                if let Some(waker) = queue.send(sent, |_| panic!("the queue is open")) {
                    waker.wake();
                }
                queue.leave();
            })
        });
        let mut all = all(&queue);
        all.sort_unstable();
        assert_eq!(all, [1, 2]);
        assert!(queue.is_over());
        for sender in senders {
            sender.join().unwrap();
        }
    });
}

#[test]
fn what_is_sent_while_the_queue_is_closed_is_dropped_once() {
    model(|| {
        let queue = Arc::new(Queue::new());
        let drops = counter();
        let sending = thread::spawn({
            let (queue, sent) = (Arc::clone(&queue), Counted::by(&drops));
            move || {
                mem::drop(queue.send(sent, mem::drop));
                queue.leave();
            }
        });
        mem::drop(queue.close());
        sending.join().unwrap();
        // It is gone although the queue still exists.
        assert_eq!(count(&drops), 1);
        assert_eq!(queue.len(), 0);
    });
}
