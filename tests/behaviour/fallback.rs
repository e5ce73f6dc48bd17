//! `fallback = ..`: what is answered in place of the last failure.

use resilience_core::{
    BreakerPolicy, CircuitState, Classify, FailureKind, LastFailure, Reason, Service, ServiceOptions, Verdict, apply,
    retry_service,
};
use resilience_tests::{Error, World, exact, immediate, record, secs};
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};

type Live = &'static Service;

/// An error without room for an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Classify)]
enum Bare {
    #[transient]
    Down(u32),
    #[permanent]
    Missing,
}

/// What happened, in order.
#[derive(Default)]
struct Log(RefCell<Vec<String>>);

impl Log {
    fn say(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

fn seen<O: std::fmt::Debug>(failure: &LastFailure<O>) -> String {
    match failure {
        LastFailure::Outcome(outcome) => format!("{outcome:?}"),
        LastFailure::Interruption(interruption) => interruption.reason().as_str().to_owned(),
    }
}

fn layer() -> ServiceOptions {
    let breaker = exact().failure_threshold(3).recovery_timeout(secs(30));
    ServiceOptions::new().retry(immediate(3)).breaker(breaker)
}

fn plans(world: &World) -> Live {
    world.plans("plan_service", layer()).service
}

/// Each operation runs its body, which says `run`, and falls back, which says what it saw.
mod operations {
    use super::*;

    #[retry_service(service = service, idempotent, fallback = |failure| { log.say(seen(&failure)); Ok(0) })]
    pub(super) async fn fetch(service: Live, log: &Log, body: impl Fn() -> Result<u32, Bare>) -> Result<u32, Bare> {
        tokio::task::yield_now().await;
        log.say("run");
        body()
    }

    #[retry_service(service = service, idempotent, fallback = |failure| { log.say(seen(&failure)); Ok(0) })]
    pub(super) fn fetch_blocking(service: Live, log: &Log, body: impl Fn() -> Result<u32, Bare>) -> Result<u32, Bare> {
        log.say("run");
        body()
    }

    #[retry_service(service = service, fallback = |failure| { log.say(seen(&failure)); Ok(0) })]
    pub(super) async fn count(service: Live, log: &Log, body: impl Fn() -> Result<u32, Bare>) -> Result<u32, Bare> {
        tokio::task::yield_now().await;
        log.say("run");
        body()
    }

    #[retry_service(service = service, fallback = |failure| { log.say(seen(&failure)); Ok(0) })]
    pub(super) fn count_blocking(service: Live, log: &Log, body: impl Fn() -> Result<u32, Bare>) -> Result<u32, Bare> {
        log.say("run");
        body()
    }

    #[retry_service(service = service, fallback = |failure| { log.say(seen(&failure)); Ok(0) })]
    #[apply]
    pub(super) async fn write(service: Live, log: &Log, body: impl Fn() -> Result<u32, Bare>) -> Result<u32, Bare> {
        tokio::task::yield_now().await;
        log.say("run");
        body()
    }

    #[retry_service(service = service, fallback = |failure| { log.say(seen(&failure)); Ok(0) })]
    #[apply]
    pub(super) fn write_blocking(service: Live, log: &Log, body: impl Fn() -> Result<u32, Bare>) -> Result<u32, Bare> {
        log.say("run");
        body()
    }
}

use operations::{count, count_blocking, fetch, fetch_blocking, write, write_blocking};

#[tokio::test(start_paused = true)]
async fn it_answers_once_after_the_last_attempt_of_every_kind() {
    let failed = "Err(Down(7))";
    let down = || Err(Bare::Down(7));
    let log = Log::default();
    let fresh = || plans(&World::new());

    let three = ["run", "run", "run", failed];
    assert_eq!(fetch(fresh(), &log, down).await, Ok(0));
    assert_eq!(log.take(), three);
    assert_eq!(fetch_blocking(fresh(), &log, down), Ok(0));
    assert_eq!(log.take(), three);

    let once = ["run", failed];
    assert_eq!(count(fresh(), &log, down).await, Ok(0));
    assert_eq!(log.take(), once);
    assert_eq!(count_blocking(fresh(), &log, down), Ok(0));
    assert_eq!(log.take(), once);
    assert_eq!(write(fresh(), &log, down).await, Ok(0));
    assert_eq!(log.take(), once);
    assert_eq!(write_blocking(fresh(), &log, down), Ok(0));
    assert_eq!(log.take(), once);
}

#[tokio::test(start_paused = true)]
async fn it_is_not_asked_where_the_call_succeeds() {
    let events = record();
    let service = plans(&World::new());
    let log = Log::default();
    let runs = Cell::new(0);
    let third = || {
        runs.set(runs.get() + 1);
        if runs.get() < 3 { Err(Bare::Down(1)) } else { Ok(7) }
    };

    assert_eq!(fetch(service, &log, third).await, Ok(7));
    assert_eq!(count_blocking(service, &log, || Ok(8)), Ok(8));

    assert_eq!(log.take(), ["run"; 4]);
    assert_eq!(service.statistics().fallbacks, 0);
    assert!(events.take().iter().all(|event| !event.contains("fallback")));
}

#[tokio::test(start_paused = true)]
async fn it_sees_the_interruption_where_the_body_did_not_run() {
    let service = plans(&World::new());
    let log = Log::default();
    assert_eq!(fetch(service, &log, || Err(Bare::Down(1))).await, Ok(0));
    assert_eq!(service.state(), CircuitState::Open);
    log.take();

    assert_eq!(fetch(service, &log, || Ok(1)).await, Ok(0));
    assert_eq!(fetch_blocking(service, &log, || Ok(1)), Ok(0));
    assert_eq!(count(service, &log, || Ok(1)).await, Ok(0));
    assert_eq!(count_blocking(service, &log, || Ok(1)), Ok(0));
    assert_eq!(write(service, &log, || Ok(1)).await, Ok(0));
    assert_eq!(write_blocking(service, &log, || Ok(1)), Ok(0));

    assert_eq!(log.take(), ["circuit_open"; 6]);
    let statistics = service.statistics();
    assert_eq!(
        (statistics.rejected, statistics.failed, statistics.fallbacks),
        (6, 1, 7)
    );
}

#[tokio::test(start_paused = true)]
async fn it_sees_a_failure_that_is_not_retried_and_may_give_it_back() {
    let service = plans(&World::new());

    #[retry_service(service = service, idempotent, fallback = |failure| match failure {
        LastFailure::Outcome(outcome @ Err(Bare::Missing)) => outcome,
        _ => Ok(0),
    })]
    async fn fetch(service: Live, error: Bare) -> Result<u32, Bare> {
        Err(error)
    }

    assert_eq!(fetch(service, Bare::Missing).await, Err(Bare::Missing));
    assert_eq!(fetch(service, Bare::Down(1)).await, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn it_sees_an_attempt_timeout() {
    let world = World::new();
    let layer = layer().breaker(BreakerPolicy::builder().enabled(false));
    let service = world.plans("plan_service", layer).service;

    #[retry_service(service = service, idempotent, attempt_timeout = "1s", fallback = |failure| {
        let interruption = failure.interruption().unwrap();
        assert_eq!(interruption.reason(), Reason::AttemptTimeout);
        Ok(interruption.attempts())
    })]
    async fn hangs(service: Live) -> Result<u32, Bare> {
        pending().await
    }

    assert_eq!(hangs(service).await, Ok(3));
    assert_eq!(service.statistics().attempt_timeouts, 3);
}

#[test]
fn an_event_says_that_it_ran_and_why() {
    let service = plans(&World::new());
    let log = Log::default();
    let events = record();

    assert_eq!(count_blocking(service, &log, || Err(Bare::Missing)), Ok(0));
    assert_eq!(
        events.take(),
        ["WARN fallback used service=plan_service operation=count_blocking attempt=1 error_kind=permanent"]
    );
    for _ in 0..3 {
        assert_eq!(count_blocking(service, &log, || Err(Bare::Down(1))), Ok(0));
    }
    let _ = events.take();
    assert_eq!(count_blocking(service, &log, || Ok(1)), Ok(0));
    assert_eq!(
        events.take(),
        [
            "WARN call rejected service=plan_service operation=count_blocking attempt=1 reason=circuit_open retry_after_ms=30000",
            "WARN fallback used service=plan_service operation=count_blocking attempt=1 reason=circuit_open",
        ]
    );
    assert_eq!(service.statistics().fallbacks, 5);
}

/// A path, in place of a closure.
fn nothing(_: LastFailure<Vec<u32>>) -> Vec<u32> {
    Vec::new()
}

#[tokio::test(start_paused = true)]
async fn it_needs_no_room_for_an_interruption_and_no_result() {
    // R231
    let service = plans(&World::new());

    #[retry_service(service = service, idempotent, fallback = nothing, classify = |found: &Vec<u32>| {
        if found.is_empty() { Verdict::Failure(FailureKind::Transient) } else { Verdict::Success }
    })]
    async fn list(service: Live, found: &[u32]) -> Vec<u32> {
        found.to_vec()
    }

    assert_eq!(list(service, &[1]).await, [1]);
    assert_eq!(list(service, &[]).await, [0; 0]);
    assert_eq!(service.state(), CircuitState::Open);
    assert_eq!(list(service, &[1]).await, [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn it_may_be_awaited() {
    let service = plans(&World::new());

    #[retry_service(service = service, idempotent, clone(id), fallback = async |failure| {
        tokio::task::yield_now().await;
        if id == "none" {
            return failure.into_outcome();
        }
        let cached: u32 = id.parse().map_err(|_| Error::Missing)?;
        Ok(cached)
    })]
    async fn fetch(service: Live, id: String) -> Result<u32, Error> {
        drop(id);
        Err(Error::Down(1))
    }
    #[retry_service(service = service, fallback = async |_| { tokio::task::yield_now().await; Ok(*count) })]
    async fn add(service: Live, count: &mut u32) -> Result<u32, Error> {
        *count += 1;
        Err(Error::Down(*count))
    }
    let send = |future| -> std::pin::Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> { future };

    assert_eq!(send(Box::pin(fetch(service, "7".into()))).await, Ok(7));
    assert_eq!(fetch(plans(&World::new()), "none".into()).await, Err(Error::Down(1)));
    assert_eq!(fetch(plans(&World::new()), "x".into()).await, Err(Error::Missing));
    let mut count = 4;
    assert_eq!(send(Box::pin(add(plans(&World::new()), &mut count))).await, Ok(5));
}

#[test]
fn dropped_half_way_it_holds_nothing() {
    let service = plans(&World::new());

    #[retry_service(service = service, fallback = async |_| pending().await)]
    async fn fetch(service: Live) -> Result<u32, Bare> {
        Err(Bare::Down(1))
    }
    {
        let mut call = pin!(fetch(service));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    let statistics = service.statistics();
    assert_eq!((statistics.calls, statistics.failed, statistics.cancelled), (1, 1, 0));
}

#[test]
fn a_panic_in_it_goes_on_and_blames_nobody() {
    let service = plans(&World::new());

    #[retry_service(service = service, fallback = |_| panic!("a bug of ours"))]
    fn fetch(service: Live) -> Result<u32, Bare> {
        Err(Bare::Missing)
    }

    assert!(catch_unwind(AssertUnwindSafe(|| fetch(service))).is_err());
    let statistics = service.statistics();
    assert_eq!(
        (statistics.failed, statistics.panicked, statistics.fallbacks),
        (1, 0, 1)
    );
    assert_eq!(service.state(), CircuitState::Closed);
}

#[test]
fn what_it_calls_is_outside_of_the_call() {
    // The fallback of an idempotent call may be an idempotent call: both are the outermost.
    let world = World::new();
    let service = plans(&world);
    let second = world.plans("second_service", layer()).service;
    let log = Log::default();

    #[retry_service(service = service, idempotent, fallback = |_| fetch_blocking(second, log, || Err(Bare::Down(2))))]
    fn first(service: Live, second: Live, log: &Log) -> Result<u32, Bare> {
        log.say("first");
        Err(Bare::Down(1))
    }

    assert_eq!(first(service, second, &log), Ok(0));
    assert_eq!(
        log.take(),
        ["first", "first", "first", "run", "run", "run", "Err(Down(2))"]
    );
}

#[test]
fn an_answer_lifts_the_refusal_for_those_around_and_no_answer_does_not() {
    let world = World::new();
    let outer = world
        .plans("outer_service", ServiceOptions::new().retry(immediate(3)))
        .service;

    #[retry_service(service = inner, fallback = |failure| if answers { Ok(0) } else { failure.into_outcome() })]
    fn inner(inner: Live, answers: bool) -> Result<u32, Error> {
        Err(Error::Down(1))
    }
    #[retry_service(service = outer, idempotent)]
    fn outer_call(outer: Live, rejecting: Live, answers: bool, runs: &Cell<u32>) -> Result<u32, Error> {
        runs.set(runs.get() + 1);
        let _ = inner(rejecting, answers);
        Err(Error::Down(2))
    }
    let rejecting = plans(&world);
    for _ in 0..3 {
        let _ = inner(rejecting, true);
    }
    assert_eq!(rejecting.state(), CircuitState::Open);

    for (answers, expected) in [(true, 3), (false, 1)] {
        let runs = Cell::new(0);
        assert_eq!(outer_call(outer, rejecting, answers, &runs), Err(Error::Down(2)));
        assert_eq!(runs.get(), expected, "answers: {answers}");
    }
}

#[test]
fn it_names_parameters_that_the_body_only_looks_at() {
    let service = plans(&World::new());

    #[retry_service(service = service, fallback = |_| Ok(name + "!"))]
    async fn fetch(service: Live, name: String) -> Result<String, Bare> {
        if name.is_empty() {
            Ok(name.clone())
        } else {
            Err(Bare::Down(1))
        }
    }
    struct Cached {
        service: Live,
        last: u32,
    }
    impl Cached {
        #[retry_service(service = self.service, fallback = |_| { self.last += 1; Ok(self.last) })]
        async fn next(&mut self) -> Result<u32, Bare> {
            self.last += 10;
            Err(Bare::Down(1))
        }
    }

    let mut context = Context::from_waker(Waker::noop());
    let answer = pin!(fetch(service, "a".into())).poll(&mut context);
    assert_eq!(answer, Poll::Ready(Ok("a!".into())));
    let mut cached = Cached { service, last: 1 };
    assert_eq!(pin!(cached.next()).poll(&mut context), Poll::Ready(Ok(12)));
}
