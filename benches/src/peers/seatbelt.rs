//! A service of Microsoft's `oxidizer`, without a box: a mutex and a reading of the clock before every call and after it.
//!
//! It reads its clock the fast way, which is as coarse as ours. Its delays are futures of that clock, and one of zero is ready at
//! once.

use super::OPEN;
use crate::{
    body::{Body, FAILING, Failed, ready, work_async},
    subject::Subject,
};
use layered::{Execute, Layer, Service};
use seatbelt::{
    RecoveryInfo, ResilienceContext,
    breaker::{Breaker, BreakerLayer},
    retry::{Backoff, Retry, RetryLayer},
    typestates::Set,
};
use std::{task::Waker, time::Duration};
use tick::{Clock, runtime::InactiveClock};

/// What the calls return.
pub type Answer = Result<u64, Failed>;
type Context = ResilienceContext<u64, Answer>;

/// A clock whose timers nobody advances: what sleeps sleeps on.
fn context() -> Context {
    let (clock, driver) = InactiveClock::new_shared().activate(Waker::noop().clone());
    Box::leak(Box::new(driver));
    Context::new(Clock::with_fast_instant(clock, true))
}

fn recovery(answer: &Answer) -> RecoveryInfo {
    if answer.is_ok() {
        RecoveryInfo::never()
    } else {
        RecoveryInfo::retry()
    }
}

fn breaker(context: &Context) -> BreakerLayer<u64, Answer, Set, Set> {
    Breaker::layer("breaker", context)
        .recovery_with(|answer, _| recovery(answer))
        .rejected_input(|_, _| Err(Failed))
        .failure_threshold(0.5)
        .min_throughput(10)
        .break_duration(OPEN)
}

fn retry(context: &Context, delay: Duration) -> RetryLayer<u64, Answer, Set, Set> {
    Retry::layer("retry", context)
        .clone_input()
        .recovery_with(|answer, _| recovery(answer))
        .max_retry_attempts(2)
        .backoff(Backoff::Constant)
        .base_delay(delay)
        .use_jitter(false)
}

fn subject(service: impl Service<u64, Out = Answer> + Clone + 'static) -> Subject {
    Subject::new(move || {
        let service = service.clone();
        move |input| ready(service.execute(input))
    })
}

/// Half of the calls in so much time.
#[must_use]
pub fn time_window(length: Duration) -> Subject {
    let layer = breaker(&context()).sampling_duration(length);
    subject(layer.layer(Execute::new(work_async)))
}

/// Three attempts without a delay.
#[must_use]
pub fn retrying(body: Body) -> Subject {
    let layer = retry(&context(), Duration::ZERO);
    subject(layer.layer(Execute::new(move |input| async move { body(input) })))
}

/// So many levels of three attempts, each through a breaker of its level.
#[must_use]
pub fn nested(levels: usize) -> Subject {
    let context = context();
    let level = (retry(&context, Duration::ZERO), breaker(&context));
    let one = level.0.layer(level.1.layer(Execute::new(work_async)));
    macro_rules! next {
        ($inner:expr) => {
            level.0.layer(level.1.layer($inner))
        };
    }
    match levels {
        1 => subject(one),
        2 => subject(next!(one)),
        3 => subject(next!(next!(one))),
        4 => subject(next!(next!(next!(one)))),
        _ => subject(next!(next!(next!(next!(one))))),
    }
}

/// A service whose calls sleep for so long between two attempts, and nothing else.
#[must_use]
pub fn sleeping(delay: Duration) -> impl Service<u64, Out = Answer> + Clone + 'static {
    retry(&context(), delay).layer(Execute::new(work_async))
}

/// A call of such a service.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(service: impl Service<u64, Out = Answer>) -> Answer {
    service.execute(FAILING).await
}

/// The bytes of the future of a call that is retried, through a breaker, over its body's.
#[must_use]
pub fn future_size() -> usize {
    let context = context();
    let service = retry(&context, Duration::ZERO).layer(breaker(&context).layer(Execute::new(work_async)));
    size_of_val(&service.execute(1)) - size_of_val(&work_async(1))
}

/// Makes breakers that have a clock in common.
pub fn one() -> impl Fn() -> Breaker<u64, Answer, ()> {
    let layer = breaker(&context());
    move || layer.layer(())
}
