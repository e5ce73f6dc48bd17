//! The timer thread: for sleeps outside of tokio, and where a runtime has no timer.
//!
//! A process has one, started with its first sleep. A forked child has only the thread that forked, so its first sleep starts
//! another: nothing of the parent's is touched then, since a thread that is gone may have held its lock.

use super::wake_all;
use std::{
    collections::BTreeMap,
    future::Future,
    mem,
    pin::Pin,
    process,
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

/// A sleep on the timer thread.
pub(super) struct Delay {
    /// None where it is too far away for the clock: it never ends.
    end: Option<Instant>,
    place: Option<Place>,
}

/// Where a sleep waits for its end.
struct Place {
    timer: &'static ThreadTimer,
    number: u64,
}

#[derive(Default)]
struct ThreadTimer {
    process: u32,
    queue: Mutex<Queue>,
    changed: Condvar,
    /// That of a child of this process.
    next: OnceLock<Box<Self>>,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<(Instant, u64), Waker>,
    last: u64,
    has_thread: bool,
}

static FIRST: OnceLock<Box<ThreadTimer>> = OnceLock::new();

impl Delay {
    pub(super) fn new(duration: Duration) -> Self {
        Self {
            end: Instant::now().checked_add(duration),
            place: None,
        }
    }

    fn leave(&mut self) {
        if let (Some(end), Some(place)) = (self.end, self.place.take()) {
            // The parent's lock may be held for ever in a child.
            if place.timer.process == process::id() {
                let waker = place.timer.queue().waiting.remove(&(end, place.number));
                // After the lock: it is somebody else's code.
                drop(waker);
            }
        }
    }
}

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(end) = self.end else {
            return Poll::Pending;
        };
        if Instant::now() >= end {
            self.leave();
            return Poll::Ready(());
        }
        let timer = ThreadTimer::of_this_process();
        let known = self.place.take().filter(|place| place.timer.process == timer.process);
        match timer.wait(end, known.map(|place| place.number), cx.waker()) {
            Some(number) => self.place = Some(Place { timer, number }),
            // There is no thread to be had: better to look again and again than to wait for ever.
            None => cx.waker().wake_by_ref(),
        }
        Poll::Pending
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.leave();
    }
}

impl ThreadTimer {
    fn of_this_process() -> &'static Self {
        let process = process::id();
        let mut place = &FIRST;
        loop {
            match place.get() {
                Some(timer) if timer.process == process => return timer,
                Some(of_parent) => place = &of_parent.next,
                None => {
                    // Made before it is put in its place: a fork must not find the place half-filled. Where another thread was
                    // quicker, its timer is as good.
                    let timer = Box::new(Self {
                        process,
                        ..Self::default()
                    });
                    let _ = place.set(timer);
                }
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `waker` woken at `end`. Its number in the queue, which it may have had before; none where there is no thread.
    fn wait(&'static self, end: Instant, known: Option<u64>, waker: &Waker) -> Option<u64> {
        // Before the lock: it is somebody else's code.
        let waker = waker.clone();
        let mut queue = self.queue();
        if !queue.has_thread {
            let thread = thread::Builder::new().name("resilience-timer".into());
            queue.has_thread = thread.spawn(|| self.run()).is_ok();
            if !queue.has_thread {
                drop(queue);
                return None;
            }
        }
        let number = known.unwrap_or_else(|| {
            queue.last += 1;
            queue.last
        });
        let replaced = queue.waiting.insert((end, number), waker);
        let is_first = queue.waiting.keys().next() == Some(&(end, number));
        drop(queue);
        drop(replaced);
        if is_first {
            self.changed.notify_one();
        }
        Some(number)
    }

    fn run(&self) {
        let mut queue = self.queue();
        loop {
            let now = Instant::now();
            let later = queue.waiting.split_off(&(now, u64::MAX));
            let due = mem::replace(&mut queue.waiting, later);
            if !due.is_empty() {
                drop(queue);
                wake_all(due.into_values());
                queue = self.queue();
                continue;
            }
            let next = queue.waiting.keys().next().map(|(end, _)| *end);
            queue = match next {
                Some(end) => {
                    let waited = self.changed.wait_timeout(queue, end.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}
