//! The breaker against a naive model of its rules, over random policies and random schedules.

mod model;
mod schedule;

use super::*;
use crate::{classify::FailureKind, policy::OnPermanent, telemetry::slots};
use model::{Granted, Model};
use proptest::prelude::*;
use schedule::{LONGEST_WAY_OUT, Schedule, Step};

/// The clock, and what chance draws, in sixteenths.
#[derive(Clone, Copy)]
struct Around {
    now: Tick,
    draw: u64,
}

impl Surroundings for Around {
    fn tick(&self) -> Tick {
        self.now
    }

    #[allow(clippy::cast_precision_loss, reason = "below sixteen")]
    fn chance(&self) -> f64 {
        self.draw as f64 / 16.0
    }
}

/// A breaker and its model, driven side by side.
struct Pair {
    breaker: Breaker,
    model: Model,
    policy: BreakerPolicy,
    running: Vec<(Permit, Granted)>,
    /// That of the thread which is played.
    slot: u8,
    now: u64,
    /// What chance draws, in sixteenths.
    draw: u64,
    born: u64,
    /// The successes that were only counted though something had failed: in a window of calls, and of time.
    calm: [u64; 2],
}

impl Pair {
    fn new(policy: BreakerPolicy, origin: u64) -> Self {
        Self {
            breaker: Breaker::new(&policy),
            model: Model::new(policy),
            policy,
            running: Vec::new(),
            slot: 0,
            now: origin,
            draw: 0,
            born: origin,
            calm: [0; 2],
        }
    }

    fn tick(&self) -> Tick {
        Tick(self.now)
    }

    fn around(&self) -> Around {
        Around {
            now: self.tick(),
            draw: self.draw,
        }
    }

    fn take(&mut self, step: &Step) {
        slots::playing(self.slot, || self.run(step));
    }

    fn run(&mut self, step: &Step) {
        let now = self.now;
        match *step {
            Step::Wait(millis) => self.now += millis,
            Step::Begin => {
                let (admission, transition) = self.admit();
                let (expected, turned) = self.model.admit(now);
                assert_eq!(admission.map_err(Refusal::wait).err(), expected.err());
                assert_eq!(transition, turned);
                self.running.extend(admission.ok().zip(expected.ok()));
            }
            Step::End(n, ending, late) => self.finish(n, ending, ending, late),
            Step::EndFailed(n, kind, late) => {
                let ending = Ending::of_failure(kind, self.policy.brief());
                self.finish(n, ending, self.model.ending_of(kind), late);
            }
            Step::Succeed(calls) => self.call(calls, Ending::Success),
            Step::Fail(calls) => self.call(calls, Ending::Failure),
            Step::Thread(slot) => self.slot = slot,
            Step::Chance(sixteenths) => {
                self.draw = sixteenths;
                self.model.set_draw(sixteenths);
            }
            Step::Hold(mode) => assert_eq!(
                self.breaker.set_mode(mode, self.tick(), &self.policy),
                self.model.hold(mode, now)
            ),
            Step::Reset => assert_eq!(
                self.breaker.reset(self.tick(), &self.policy),
                Some(self.model.reset(now))
            ),
            Step::Adopt(policy) => {
                self.policy = policy;
                self.breaker.adopt(&policy);
                self.model.adopt(policy, now);
            }
        }
    }

    /// Ends the n-th call under way, as the breaker and as the model is told.
    fn finish(&mut self, n: usize, told: Ending, modelled: Ending, late: u64) {
        if self.running.is_empty() {
            return;
        }
        let (permit, granted) = self.running.swap_remove(n % self.running.len());
        let now = self.now;
        self.now = now.saturating_sub(late);
        let expected = self.model.end(granted, modelled, self.now);
        assert_eq!(self.end(permit, told), expected);
        self.now = now;
    }

    /// A call of the breaker alone that fails at once, in a way that no retry changes.
    fn miss(&mut self) {
        if let Ok(permit) = self.admit().0 {
            let ending = Ending::of_failure(FailureKind::Permanent, self.policy.brief());
            self.end(permit, ending);
        }
    }

    fn call(&mut self, calls: u32, ending: Ending) {
        for _ in 0..calls {
            let last = self.running.len();
            self.run(&Step::Begin);
            if self.running.len() > last {
                self.run(&Step::End(last, ending, 0));
            }
        }
    }

    /// As calls ask: a healthy breaker is its own permit.
    fn admit(&self) -> (Result<Permit, Refusal>, Option<Transition>) {
        let word = self.breaker.word();
        if word.is_healthy() {
            (Ok(Permit::of_healthy(word)), None)
        } else {
            self.breaker
                .admit_by(self.tick(), || self.around().chance(), &self.policy)
        }
    }

    /// As calls end: a success takes the first of three ways that is open to it.
    fn end(&mut self, permit: Permit, ending: Ending) -> Option<Transition> {
        let is_counted = self.breaker.word().is_recorded();
        let passes = || self.breaker.is_still(permit) || self.breaker.success_in_passing(permit, || self.tick());
        if ending == Ending::Success && passes() {
            self.calm[usize::from(self.policy.has_window_of_time())] += u64::from(is_counted);
            return None;
        }
        self.breaker.end(permit, ending, self.around(), &self.policy)
    }

    fn compare(&self) {
        let snapshot = self.breaker.snapshot(self.tick(), Some(Tick(self.born)), &self.policy);
        assert_eq!(snapshot, self.model.snapshot(self.now, self.born));
        if self.policy.enabled() {
            let is_open = snapshot.retry_after.is_some() || self.is_held_open();
            assert_eq!(self.breaker.is_open(self.tick()), is_open);
        }
    }

    fn is_held_open(&self) -> bool {
        self.breaker.mode() == BreakerMode::ForcedOpen
    }
}

proptest! {
    // `PROPTEST_CASES` asks for more.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1_000), ..ProptestConfig::default() })]

    #[test]
    fn follows_the_naive_model_through_any_schedule(schedule in schedule::any()) {
        // R048, R053, R054, R055, R056, R057, R058, R059, R062, R064, R065, R066, R067, R068, R072, R073, R074, R075, R076,
        // R078, R084, R085, R098
        let Schedule { policy, origin, looks, steps } = schedule;
        let mut pair = Pair::new(policy, origin);
        pair.compare();
        for steps in steps.chunks(looks) {
            for step in steps {
                pair.take(step);
            }
            pair.compare();
        }

        // R074: no reachable state rejects for ever while the clock advances, even if nothing under way ever ends. Only an
        // operator can ask for that.
        if !pair.is_held_open() {
            pair.now += LONGEST_WAY_OUT;
            prop_assert!(pair.admit().0.is_ok());
        }
        // No service that answers stays half-open, whatever its answers are.
        let is_automatic = pair.policy.enabled() && pair.breaker.mode() == BreakerMode::Automatic;
        if is_automatic && pair.policy.permanent() == OnPermanent::ProbeSuccess {
            pair.now += LONGEST_WAY_OUT;
            for _ in 0..pair.policy.success_threshold() {
                pair.miss();
            }
            prop_assert_eq!(pair.breaker.state(pair.tick()), CircuitState::Closed);
        }
    }
}

/// What the schedules reach: a property that never opens a circuit by a rate proves nothing about rates.
#[test]
fn the_schedules_reach_every_cause_and_every_count() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    use std::collections::HashSet;

    let (mut causes, mut counts, mut calm) = (HashSet::new(), BreakerStatistics::default(), [0; 2]);
    let mut reached = [0; 2];
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let Schedule {
            policy, origin, steps, ..
        } = schedule::any().new_tree(&mut runner).unwrap().current();
        let mut pair = Pair::new(policy, origin);
        for step in steps {
            pair.take(&step);
        }
        let found = pair.model.snapshot(pair.now, origin).statistics;
        causes.extend(found.latest_changes.iter().map(|change| change.cause));
        reached = [reached[0] + pair.model.reached[0], reached[1] + pair.model.reached[1]];
        calm = [calm[0] + pair.calm[0], calm[1] + pair.calm[1]];
        counts.rejected += found.rejected;
        counts.ignored += found.ignored;
        counts.late += found.late;
        counts.abandoned += found.abandoned;
    }

    assert_eq!(causes.len(), 7, "{causes:?}");
    for count in [counts.rejected, counts.ignored, counts.late, counts.abandoned] {
        assert!(count > 300, "{counts:?}");
    }
    assert!(reached.iter().all(|count| *count > 100), "{reached:?}");
    assert!(calm.iter().all(|count| *count > 3_000), "{calm:?}");
}
