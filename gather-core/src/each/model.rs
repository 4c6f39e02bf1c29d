//! Models of the queue: see [`model`](crate::task::model) for how they are run.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::sync::Arc;

use loom::future::block_on;
use loom::{model, thread};

use crate::each::queue::Queue;
use crate::task::model::{Counted, count, counter};

/// All that comes, until there are no senders.
async fn all<S>(queue: &Queue<S>) -> Vec<S> {
    let mut all = Vec::new();
    loop {
        let mut sent = VecDeque::new();
        poll_fn(|cx| queue.poll_take(cx, &mut sent)).await;
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
        let senders = [[1, 2], [3, 4]].map(|sent| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                for sent in sent {
                    assert!(queue.send(sent).is_none());
                }
                queue.leave();
            })
        });
        let all = block_on(all(&queue));
        let of = |sent: [u8; 2]| all.iter().filter(|it| sent.contains(it)).eq(&sent);
        assert!(all.len() == 4 && of([1, 2]) && of([3, 4]), "{all:?}");
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
                mem::drop(queue.send(sent));
                queue.leave();
            }
        });
        mem::drop(queue.close());
        sending.join().unwrap();
        // While the queue is still there.
        assert_eq!(count(&drops), 1);
        assert_eq!(queue.len(), 0);
    });
}
