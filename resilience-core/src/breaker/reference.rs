//! The breaker against a naive model of its rules, over random schedules.

use super::*;
use proptest::prelude::*;

/// The rules once more, as naively as possible: a struct, a list of places, no bits.
#[derive(Debug)]
struct Model {
    policy: BreakerPolicy,
    generation: u64,
    state: ModelState,
    last_half_open: Option<u64>,
}

#[derive(Debug)]
enum ModelState {
    Closed {
        failures: u32,
    },
    Open {
        until: u64,
        reopenings: u32,
    },
    HalfOpen {
        successes: u32,
        reopenings: u32,
        probes: Vec<Option<(u64, u64)>>,
    },
}

/// A granted call: its number and the generation.
#[derive(Clone, Copy, Debug)]
struct ModelPermit {
    call: u64,
    generation: u64,
}

impl Model {
    fn admit(&mut self, call: u64, now: u64) -> Option<ModelPermit> {
        if let ModelState::Open { until, reopenings } = self.state {
            if now < until {
                return None;
            }
            self.generation += 1;
            let probes = vec![None; self.policy.half_open_max_calls().into()];
            self.last_half_open = Some(now);
            self.state = ModelState::HalfOpen {
                successes: 0,
                reopenings,
                probes,
            };
        }
        if let ModelState::HalfOpen { probes, .. } = &mut self.state {
            let timeout = u64::try_from(self.policy.probe_timeout().as_millis()).unwrap();
            let free = probes.iter().position(Option::is_none);
            let place = match free {
                Some(place) => place,
                // Where all places are taken, the probe that has hung for longest gives way.
                None => {
                    let began = |place: &usize| probes[*place].map(|(_, began)| began);
                    (0..probes.len())
                        .filter(|place| began(place).unwrap() + timeout <= now)
                        .min_by_key(began)?
                }
            };
            probes[place] = Some((call, now));
        }
        Some(ModelPermit {
            call,
            generation: self.generation,
        })
    }

    fn end(&mut self, permit: ModelPermit, outcome: Option<bool>, now: u64) {
        if permit.generation != self.generation {
            return;
        }
        match &mut self.state {
            ModelState::Open { .. } => unreachable!("nothing is admitted while open"),
            ModelState::Closed { failures } => match outcome {
                None => {}
                Some(true) => *failures = 0,
                Some(false) => {
                    *failures += 1;
                    if *failures >= self.policy.failure_threshold() {
                        self.open(now, 0);
                    }
                }
            },
            ModelState::HalfOpen {
                successes,
                reopenings,
                probes,
            } => {
                let mine = probes
                    .iter_mut()
                    .find(|place| place.is_some_and(|(call, _)| call == permit.call));
                let Some(place) = mine else { return };
                *place = None;
                match outcome {
                    None => {}
                    Some(true) => {
                        *successes += 1;
                        if *successes >= u32::from(self.policy.success_threshold()) {
                            self.generation += 1;
                            self.state = ModelState::Closed { failures: 0 };
                        }
                    }
                    Some(false) => {
                        let reopenings = *reopenings + 1;
                        self.open(now, reopenings);
                    }
                }
            }
        }
    }

    fn open(&mut self, now: u64, reopenings: u32) {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap();
        let recovered = now + millis(self.policy.recovery_after(reopenings));
        let cooled = self
            .last_half_open
            .map_or(0, |began| began + millis(self.policy.cooldown()));
        self.generation += 1;
        self.state = ModelState::Open {
            until: recovered.max(cooled),
            reopenings,
        };
    }
}

#[derive(Clone, Debug)]
enum Step {
    Begin,
    /// Ends the n-th call under way (modulo their number).
    End(usize, Option<bool>),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Begin),
        3 => (any::<usize>(), proptest::option::of(any::<bool>())).prop_map(|(n, outcome)| Step::End(n, outcome)),
        1 => (0..3_000_u64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..200)
}

proptest! {
    #[test]
    fn follows_the_naive_model_through_any_schedule(
        threshold in 1..4_u32,
        calls in 1..4_u8,
        successes in 1..4_u8,
        cooldown in 0..3_000_u64,
        steps in steps(),
    ) {
        let policy = BreakerPolicy::builder()
                .failure_threshold(threshold)
                .half_open_max_calls(calls)
                .success_threshold(successes)
                .recovery_timeout(Duration::from_secs(1))
                .recovery_factor(1.5)
                .max_recovery_timeout(Duration::from_secs(4))
                .cooldown(Duration::from_millis(cooldown))
                .probe_timeout(Duration::from_secs(2))
                .build()
                .unwrap();
        let breaker = Breaker::new();
        let state = ModelState::Closed { failures: 0 };
        let mut model = Model { policy, generation: 0, state, last_half_open: None };
        let mut running: Vec<(Permit, ModelPermit)> = Vec::new();
        let (mut now, mut call) = (0, 0);

        for step in steps {
            match step {
                Step::Wait(millis) => now += millis,
                Step::Begin => {
                    call += 1;
                    let permit = breaker.admit(Tick(now), &policy).0.ok();
                    let expected = model.admit(call, now);
                    prop_assert_eq!(permit.is_some(), expected.is_some(), "at {}: {:?}", now, model);
                    running.extend(permit.zip(expected));
                }
                Step::End(n, outcome) if !running.is_empty() => {
                    let (permit, expected) = running.swap_remove(n % running.len());
                    match outcome {
                        None => breaker.release(permit),
                        Some(true) => drop(breaker.success(permit, &policy)),
                        Some(false) => drop(breaker.failure(permit, Tick(now), &policy)),
                    }
                    model.end(expected, outcome, now);
                }
                Step::End(..) => {}
            }
        }

        // R074: no reachable state rejects for ever while the clock advances, even if nothing under way ever ends.
        let later = now + 4_000 + 3_000 + 2_000;
        prop_assert!(breaker.admit(Tick(later), &policy).0.is_ok());
    }
}
