//! How often a body runs, and what its caller gets.

use resilience_core::{
    CircuitState, FailureKind, RetryPolicy, ServiceOptions, Verdict, apply, classify, retry_service,
};
use resilience_tests::{Error, World, down, exact, fine, immediate, secs};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

fn retrying(attempts: u32) -> ServiceOptions {
    ServiceOptions::new().retry(immediate(attempts))
}

#[tokio::test(start_paused = true)]
async fn a_body_that_keeps_failing_runs_as_often_as_the_policy_says() {
    // R003, R004, R005, R031
    let retries = |n| RetryPolicy::builder().max_retries(n).base_delay(secs(0));
    let table = [
        (immediate(1), 1),
        (immediate(2), 2),
        (immediate(3), 3),
        (immediate(50), 50),
        (retries(0), 1),
        (retries(3), 4),
        (RetryPolicy::builder(), 3),
    ];
    for (retry, expected) in table {
        // A breaker that would open on the way is not what this is about.
        let breaker = resilience_core::BreakerPolicy::builder().enabled(false);
        let layer = ServiceOptions::new().retry(retry).breaker(breaker);

        let plans = World::new().plans("plan_service", layer);
        assert_eq!(plans.fetch(down).await, Err(Error::Down(expected)), "{retry:?}");
        assert_eq!(plans.runs(), expected, "{retry:?}");

        let plans = World::new().plans("plan_service", layer);
        assert_eq!(
            plans.fetch_blocking(|run| Err(Error::Down(run))),
            Err(Error::Down(expected)),
            "{retry:?}"
        );
        assert_eq!(plans.runs(), expected, "{retry:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_after_failures_ends_the_call() {
    // R030
    for failures in 0..3 {
        let answer = |run| if run > failures { Ok(run) } else { Err(Error::Down(run)) };

        let plans = World::new().plans("plan_service", retrying(3));
        assert_eq!(plans.fetch(|run| async move { answer(run) }).await, Ok(failures + 1));
        assert_eq!(plans.runs(), failures + 1);

        let plans = World::new().plans("plan_service", retrying(3));
        assert_eq!(plans.fetch_blocking(answer), Ok(failures + 1));
        assert_eq!(plans.runs(), failures + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_pass_is_not_tried_again() {
    // R032, R070
    for error in [Error::Missing, Error::Cancelled] {
        let plans = World::new().plans("plan_service", retrying(5));

        assert_eq!(plans.fetch(|_| async move { Err(error) }).await, Err(error));
        assert_eq!(plans.fetch_blocking(|_| Err(error)), Err(error));

        assert_eq!(plans.runs(), 2, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_after_transient_ones_is_the_one_returned() {
    let plans = World::new().plans("plan_service", retrying(5));
    let answer = |run| Err(if run < 3 { Error::Down(run) } else { Error::Missing });

    assert_eq!(plans.fetch_blocking(answer), Err(Error::Missing));

    assert_eq!(plans.runs(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_idempotent_there_is_one_attempt_whatever_the_settings_say() {
    // R046, R165, R166, R169
    let world = World::new();
    let plans = world.plans("plan_service", retrying(9));

    assert_eq!(plans.count(down).await, Err(Error::Down(1)));
    assert_eq!(plans.count_blocking(|run| Err(Error::Down(run))), Err(Error::Down(2)));
    assert_eq!(plans.write(down).await, Err(Error::Down(3)));
    assert_eq!(plans.write_blocking(|run| Err(Error::Down(run))), Err(Error::Down(4)));

    assert_eq!(plans.runs(), 4);
    assert_eq!(world.clock.slept(), []);
}

#[tokio::test(start_paused = true)]
async fn the_first_attempt_does_not_sleep_nor_does_the_last() {
    // R027, R028
    let fixed = RetryPolicy::builder()
        .max_attempts(3)
        .backoff(resilience_core::Backoff::Fixed)
        .jitter(resilience_core::Jitter::None)
        .base_delay(secs(1));
    let layer = ServiceOptions::new()
        .retry(fixed)
        .breaker(resilience_core::BreakerPolicy::builder().enabled(false));

    let world = World::new();
    let plans = world.plans("plan_service", layer);
    assert_eq!(plans.fetch(fine).await, Ok(1));
    assert_eq!(plans.fetch_blocking(Ok), Ok(2));
    assert_eq!(world.clock.slept(), []);

    assert_eq!(plans.fetch(down).await, Err(Error::Down(5)));
    assert_eq!(world.clock.slept(), [secs(1), secs(1)]);

    assert_eq!(plans.fetch_blocking(|run| Err(Error::Down(run))), Err(Error::Down(8)));
    assert_eq!(world.clock.slept(), [secs(1); 4]);
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Page {
    status: u16,
    run: u32,
}

fn by_status(page: &Result<Page, Error>) -> Verdict {
    match page {
        Ok(Page { status: 500..=599, .. }) => Verdict::Failure(FailureKind::Transient),
        Ok(Page { status: 404, .. }) => Verdict::Failure(FailureKind::Permanent),
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Failure(FailureKind::Ignored),
    }
}

struct Pages {
    service: &'static resilience_core::Service,
    runs: Cell<u32>,
    statuses: &'static [u16],
}

impl Pages {
    fn new(statuses: &'static [u16]) -> Self {
        let world = World::new();
        let plans = world.plans("pages", retrying(3));
        Self {
            service: plans.service,
            runs: Cell::new(0),
            statuses,
        }
    }

    fn load(&self) -> Page {
        let run = self.runs.get();
        self.runs.set(run + 1);
        Page {
            status: self.statuses[run as usize],
            run: run + 1,
        }
    }

    #[retry_service(service = self.service, idempotent, classify = by_status)]
    async fn page(&self) -> Result<Page, Error> {
        Ok(self.load())
    }

    #[retry_service(service = self.service, idempotent, classify = by_status)]
    fn page_blocking(&self) -> Result<Page, Error> {
        Ok(self.load())
    }

    #[retry_service(service = self.service, classify = by_status)]
    async fn page_once(&self) -> Result<Page, Error> {
        Ok(self.load())
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_classified_as_a_failure_is_retried_and_in_the_end_returned() {
    // R228, R231
    let table: [(&[u16], u16, u32); 4] = [
        (&[200], 200, 1),
        (&[503, 200], 200, 2),
        (&[500, 502, 503], 503, 3),
        (&[503, 404], 404, 2),
    ];
    for (statuses, status, runs) in table {
        let expected = Ok(Page { status, run: runs });
        assert_eq!(Pages::new(statuses).page().await, expected);
        assert_eq!(Pages::new(statuses).page_blocking(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_classified_as_a_failure_counts_for_the_breaker() {
    // R228
    let pages = Pages::new(&[503; 5]);
    let after_five = ServiceOptions::new().breaker(exact());
    pages
        .service
        .registry()
        .configure(pages.service.name(), after_five)
        .unwrap();

    for _ in 0..5 {
        assert!(pages.page_once().await.is_ok());
    }

    assert_eq!(pages.service.state(), CircuitState::Open);
    assert_eq!(pages.service.statistics().failed, 5);
}

#[test]
fn a_classifier_that_panics_says_nothing_about_the_service() {
    let world = World::new();
    let plans = world.plans("plan_service", retrying(3).breaker(exact().failure_threshold(1)));
    #[retry_service(service = plans, idempotent, classify = |_: &Result<u32, Error>| panic!("a bug of ours"))]
    fn fetch(plans: &'static resilience_core::Service) -> Result<u32, Error> {
        Ok(1)
    }

    let result = catch_unwind(AssertUnwindSafe(|| fetch(plans.service)));

    assert!(result.is_err());
    assert_eq!(plans.service.state(), CircuitState::Closed);
    let statistics = plans.service.statistics();
    assert_eq!((statistics.calls, statistics.cancelled, statistics.attempts), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_ready_made_classifier_decides_for_errors_without_one() {
    let service = World::new().plans("plan_service", retrying(3)).service;
    let runs = Cell::new(0);

    #[retry_service(service = service, idempotent, classify = classify::always_transient)]
    async fn transient(service: &'static resilience_core::Service, runs: &Cell<u32>) -> anyhow::Result<()> {
        runs.set(runs.get() + 1);
        Err(anyhow::anyhow!("down {}", runs.get()))
    }
    #[retry_service(service = service, idempotent, classify = classify::always_permanent)]
    async fn permanent(service: &'static resilience_core::Service, runs: &Cell<u32>) -> anyhow::Result<()> {
        runs.set(runs.get() + 1);
        Err(anyhow::anyhow!("missing"))
    }

    assert_eq!(transient(service, &runs).await.unwrap_err().to_string(), "down 3");
    assert_eq!(permanent(service, &runs).await.unwrap_err().to_string(), "missing");
    assert_eq!(runs.get(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_apply_of_its_own_runs_once() {
    // R166
    let runs = Cell::new(0);
    #[apply]
    async fn write(runs: &Cell<u32>) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        runs.set(runs.get() + 1);
        Err(Error::Down(runs.get()))
    }

    assert_eq!(write(&runs).await, Err(Error::Down(1)));
    assert_eq!(runs.get(), 1);
}
