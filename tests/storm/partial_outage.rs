//! A part of all calls fails at random: the breaker must not make a whole outage of it.
//!
//! Calls arrive at a service that fails each attempt with the same probability, independently. They are annotated calls but for
//! the attribute: retries, budget and breaker are the library's, and time and chance are simulated.

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use resilience_core::{
    BreakerPolicy, Call, CircuitState, Classify, FailureKind, Next, Operation, Registry, ServiceOptions,
    time::ManualClock,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

const RATES: [u32; 10] = [1, 2, 3, 5, 8, 10, 20, 100, 1_000, 50_000];
const FAILING: [f64; 3] = [0.1, 0.2, 0.3];

#[derive(Clone, Copy, Debug)]
enum Arrivals {
    Regular,
    Poisson,
}

#[derive(Debug)]
struct Down;

impl Classify for Down {
    fn classify(&self) -> FailureKind {
        FailureKind::Transient
    }
}

/// A client of one service, and the calls that it has under way.
struct Client {
    clock: ManualClock,
    registry: &'static Registry,
    operation: &'static Operation,
    chance: SmallRng,
    now: Duration,
    /// When a call makes its next attempt, and which.
    waiting: BinaryHeap<Reverse<(Duration, u64)>>,
    calls: BTreeMap<u64, Call>,
    good: u64,
}

impl Client {
    fn new(layer: ServiceOptions) -> Self {
        let clock = ManualClock::new();
        let random = Mutex::new(SmallRng::seed_from_u64(7));
        let registry = Registry::builder()
            .clock(clock.clone())
            .random(move || random.lock().unwrap_or_else(PoisonError::into_inner).random())
            .build();
        registry.configure("plan_service", layer).unwrap();
        Self {
            clock,
            registry,
            operation: Box::leak(Box::new(Operation::idempotent("plan_service", "fetch_plan"))),
            chance: SmallRng::seed_from_u64(1),
            now: Duration::ZERO,
            waiting: BinaryHeap::new(),
            calls: BTreeMap::new(),
            good: 0,
        }
    }

    /// Until the next call, where so many arrive in a second.
    fn gap(&mut self, rate: u32, arrivals: Arrivals) -> Duration {
        let mean = 1.0 / f64::from(rate);
        Duration::from_secs_f64(match arrivals {
            Arrivals::Regular => mean,
            // 1 - u is never zero.
            Arrivals::Poisson => -(1.0 - self.chance.random::<f64>()).ln() * mean,
        })
    }

    /// Begins a call after `gap`, and makes the attempts that are due until then. `watch` is told of every attempt that fails.
    fn call(&mut self, gap: Duration, failing: f64, watch: &mut impl FnMut(Duration, CircuitState)) {
        let arrival = self.now + gap;
        while let Some(Reverse((due, number))) = self.waiting.peek().copied().filter(|next| next.0.0 <= arrival) {
            self.waiting.pop();
            let call = self.calls.remove(&number).unwrap();
            self.attempt(due, number, call, failing, watch);
        }
        let number = self.calls.last_key_value().map_or(0, |(last, _)| last + 1);
        let call = self.operation.begin_in(self.registry);
        self.attempt(arrival, number, call, failing, watch);
    }

    fn attempt(
        &mut self,
        at: Duration,
        number: u64,
        mut call: Call,
        failing: f64,
        watch: &mut impl FnMut(Duration, CircuitState),
    ) {
        self.clock.advance(at.saturating_sub(self.now));
        self.now = at;
        if call.admit().is_err() {
            return;
        }
        let is_good = self.chance.random::<f64>() >= failing;
        let next = call.settle(if is_good { Ok(()) } else { Err(Down) });
        if !is_good {
            watch(at, self.registry.service("plan_service").state());
        }
        match next {
            Next::Return(outcome) => self.good += u64::from(outcome.is_ok()),
            Next::RetryAfter(delay) => {
                self.waiting.push(Reverse((at + delay, number)));
                self.calls.insert(number, call);
            }
        }
    }
}

/// The share of the calls that get their answer.
fn goodput(layer: ServiceOptions, rate: u32, arrivals: Arrivals, failing: f64) -> f64 {
    // Hours of a service that is called seldom, seconds of a busy one.
    let calls = 20_000.max(2 * rate);
    let mut client = Client::new(layer);
    for _ in 0..calls {
        let gap = client.gap(rate, arrivals);
        client.call(gap, failing, &mut |_, _| {});
    }
    #[allow(clippy::cast_precision_loss, reason = "some thousands")]
    let good = client.good as f64;
    good / f64::from(calls)
}

/// Retries as by default, and no breaker.
fn without_breaker() -> ServiceOptions {
    ServiceOptions::new().breaker(BreakerPolicy::builder().enabled(false))
}

/// Five failures in a row, however soon they come, and 30 s of nothing.
fn classic() -> ServiceOptions {
    ServiceOptions::new().breaker(
        BreakerPolicy::builder()
            .failure_threshold(5)
            .failure_span(Duration::ZERO)
            .recovery_timeout(Duration::from_secs(30))
            .recovery_factor(1.0)
            .recovery_jitter(0.0),
    )
}

fn the_default_loses_little(arrivals: Arrivals) {
    println!(
        "\n{arrivals:?}: goodput without a breaker and by default\n\n| calls/s | failing | without | default |\n| --- | --- | --- | --- |"
    );
    for rate in RATES {
        for failing in FAILING {
            let without = goodput(without_breaker(), rate, arrivals, failing);
            let default = goodput(ServiceOptions::new(), rate, arrivals, failing);
            println!("| {rate} | {failing} | {without:.3} | {default:.3} |");
            assert!(
                default >= 0.9 * without,
                "{rate} calls/s, {failing} failing: {default} of {without}"
            );
        }
    }
}

#[test]
fn random_failures_cost_the_default_little_goodput_at_any_rate_when_calls_are_regular() {
    the_default_loses_little(Arrivals::Regular);
}

#[test]
fn random_failures_cost_the_default_little_goodput_at_any_rate_when_calls_come_at_random() {
    the_default_loses_little(Arrivals::Poisson);
}

/// What the span is for, and that the table above can fail.
#[test]
fn five_failures_in_a_row_are_an_outage_of_every_busy_service() {
    for rate in [100, 1_000, 50_000] {
        let without = goodput(without_breaker(), rate, Arrivals::Poisson, 0.3);
        let classic = goodput(classic(), rate, Arrivals::Poisson, 0.3);
        println!("{rate} calls/s: {without:.3} without a breaker, {classic:.3} with five in a row");
        assert!(classic < 0.5 * without, "{rate} calls/s: {classic} of {without}");
    }
}

#[test]
fn a_whole_outage_opens_the_circuit_within_a_second_or_eight_failures() {
    for arrivals in [Arrivals::Regular, Arrivals::Poisson] {
        for rate in RATES {
            let mut client = Client::new(ServiceOptions::new());
            for _ in 0..1_000.max(rate) {
                let gap = client.gap(rate, arrivals);
                client.call(gap, 0.1, &mut |_, _| {});
            }
            let (mut first, mut failures, mut opened) = (None, 0, None);
            while opened.is_none() {
                let gap = client.gap(rate, arrivals);
                client.call(gap, 1.0, &mut |at, state| {
                    let began = *first.get_or_insert(at);
                    if opened.is_none() {
                        failures += 1;
                        opened = (state == CircuitState::Open).then_some(at.saturating_sub(began));
                        // The first failure that comes after both finds the circuit closed, and none after that.
                        let is_over = failures > 8 && at.saturating_sub(began) > Duration::from_secs(1);
                        assert!(
                            !is_over || opened.is_some(),
                            "{rate} calls/s: {failures} failures in {:?}",
                            at.saturating_sub(began)
                        );
                    }
                });
            }
            println!(
                "{arrivals:?}, {rate} calls/s: open after {failures} failures in {:?}",
                opened.unwrap_or_default()
            );
        }
    }
}
