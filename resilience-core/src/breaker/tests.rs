use super::*;
use crate::policy::BreakerLayer;
use proptest::prelude::*;

fn policy(layer: BreakerLayer) -> BreakerPolicy {
    layer.build().unwrap()
}

fn standard() -> BreakerPolicy {
    policy(
        BreakerPolicy::builder()
            .failure_threshold(2)
            .recovery_timeout(Duration::from_secs(10))
            .half_open_max_calls(1)
            .success_threshold(2)
            .probe_timeout(Duration::from_secs(60)),
    )
}

const fn at(seconds: u64) -> Tick {
    Tick(seconds * 1_000)
}

fn granted(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> Permit {
    breaker.admit(now, policy).0.expect("admitted")
}

fn refused(breaker: &Breaker, now: Tick, policy: &BreakerPolicy) -> Duration {
    breaker.admit(now, policy).0.expect_err("refused").wait
}

/// A breaker that was opened at second 0.
fn open(policy: &BreakerPolicy) -> Breaker {
    let breaker = Breaker::new();
    for _ in 0..policy.failure_threshold() {
        let permit = granted(&breaker, at(0), policy);
        breaker.failure(permit, at(0), policy);
    }
    assert_eq!(breaker.state(at(0)), CircuitState::Open);
    breaker
}

#[test]
fn a_success_on_a_healthy_breaker_stores_nothing() {
    let breaker = Breaker::new();
    let permit = Permit {
        word: breaker.word(),
        probe: None,
    };
    assert!(permit.word.is_healthy());

    assert_eq!(breaker.success(permit, &standard()), None);

    assert_eq!(breaker.word(), Word(0));
}

#[test]
fn opens_at_the_threshold_and_says_so_once() {
    // R053, R083
    let policy = standard();
    let breaker = Breaker::new();
    let permits = [0; 3].map(|_| granted(&breaker, at(0), &policy));

    assert_eq!(breaker.failure(permits[0], at(0), &policy), None);
    assert_eq!(breaker.state(at(0)), CircuitState::Closed);
    assert_eq!(
        breaker.failure(permits[1], at(0), &policy),
        Some(Transition::Opened {
            failures: 2,
            recovery: Duration::from_secs(10)
        })
    );
    assert_eq!(breaker.failure(permits[2], at(0), &policy), None);
}

#[test]
fn a_success_that_began_after_failures_clears_them() {
    // R075
    let policy = policy(BreakerPolicy::builder().failure_threshold(3));
    let breaker = Breaker::new();
    for outcome in [false, false, true, false, false] {
        let permit = granted(&breaker, at(0), &policy);
        if outcome {
            breaker.success(permit, &policy);
        } else {
            breaker.failure(permit, at(0), &policy);
        }
    }
    assert_eq!(breaker.state(at(0)), CircuitState::Closed);
}

#[test]
fn a_success_that_began_before_the_failures_clears_nothing() {
    let policy = standard();
    let breaker = Breaker::new();
    let slow = granted(&breaker, at(0), &policy);
    let failing = [0; 2].map(|_| granted(&breaker, at(0), &policy));

    breaker.failure(failing[0], at(0), &policy);
    breaker.success(slow, &policy);
    breaker.failure(failing[1], at(0), &policy);

    assert_eq!(breaker.state(at(0)), CircuitState::Open);
}

#[test]
fn rejects_until_the_recovery_time_is_over_and_probes_at_that_instant() {
    // R054, R055, R056
    let policy = standard();
    let breaker = open(&policy);

    assert_eq!(refused(&breaker, at(0), &policy), Duration::from_secs(10));
    assert_eq!(refused(&breaker, Tick(9_999), &policy), Duration::from_millis(1));
    let (admission, transition) = breaker.admit(at(10), &policy);
    assert!(admission.is_ok());
    assert_eq!(transition, Some(Transition::HalfOpened));
}

#[test]
fn reading_the_state_changes_nothing() {
    // R098
    let policy = standard();
    let breaker = open(&policy);
    let before = breaker.word();

    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);

    assert_eq!(breaker.word(), before);
}

#[test]
fn half_open_admits_no_more_probes_than_allowed_and_closes_after_enough_successes() {
    // R059, R062, R078
    let policy = standard();
    let breaker = open(&policy);

    let first = granted(&breaker, at(10), &policy);
    assert_eq!(refused(&breaker, at(10), &policy), Duration::ZERO);
    assert_eq!(breaker.success(first, &policy), None);
    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);
    let second = granted(&breaker, at(10), &policy);
    assert_eq!(breaker.success(second, &policy), Some(Transition::Closed));

    assert!(breaker.word().is_healthy());
}

#[test]
fn a_failed_probe_reopens_and_the_recovery_time_starts_anew() {
    // R064
    let policy = standard();
    let breaker = open(&policy);
    let probe = granted(&breaker, at(12), &policy);

    let transition = breaker.failure(probe, at(15), &policy);

    assert_eq!(
        transition,
        Some(Transition::Reopened {
            recovery: Duration::from_secs(10)
        })
    );
    assert_eq!(refused(&breaker, at(24), &policy), Duration::from_secs(1));
    granted(&breaker, at(25), &policy);
}

#[test]
fn the_cooldown_keeps_half_open_periods_apart() {
    // R065
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .cooldown(Duration::from_secs(25)),
    );
    let breaker = open(&policy);
    let probe = granted(&breaker, at(10), &policy);

    breaker.failure(probe, at(11), &policy);

    assert_eq!(refused(&breaker, at(34), &policy), Duration::from_secs(1));
    granted(&breaker, at(35), &policy);
}

#[test]
fn the_open_time_grows_with_each_failed_probe_and_is_forgotten_on_closing() {
    let policy = policy(
        BreakerPolicy::builder()
            .failure_threshold(1)
            .success_threshold(1)
            .recovery_timeout(Duration::from_secs(10))
            .recovery_factor(2.0)
            .max_recovery_timeout(Duration::from_secs(30)),
    );
    let breaker = open(&policy);
    let mut now = 10;
    for expected in [20, 30, 30] {
        let probe = granted(&breaker, at(now), &policy);
        breaker.failure(probe, at(now), &policy);
        assert_eq!(refused(&breaker, at(now), &policy), Duration::from_secs(expected));
        now += expected;
    }
    let probe = granted(&breaker, at(now), &policy);
    breaker.success(probe, &policy);
    let permit = granted(&breaker, at(now), &policy);
    breaker.failure(permit, at(now), &policy);

    assert_eq!(refused(&breaker, at(now), &policy), Duration::from_secs(10));
}

#[test]
fn results_of_an_earlier_generation_change_nothing() {
    // R066, R067, R068
    let policy = standard();
    let breaker = Breaker::new();
    let late = [0; 4].map(|_| granted(&breaker, at(0), &policy));
    for permit in &late[..2] {
        breaker.failure(*permit, at(0), &policy);
    }

    // While open.
    breaker.success(late[2], &policy);
    breaker.failure(late[3], at(5), &policy);
    assert_eq!(refused(&breaker, at(9), &policy), Duration::from_secs(1));

    // While half-open.
    let probe = granted(&breaker, at(10), &policy);
    breaker.success(late[2], &policy);
    breaker.success(late[2], &policy);
    breaker.failure(late[3], at(10), &policy);
    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);

    // After recovery.
    breaker.success(probe, &policy);
    let probe = granted(&breaker, at(10), &policy);
    breaker.success(probe, &policy);
    for _ in 0..200 {
        breaker.failure(late[3], at(10), &policy);
    }
    assert!(breaker.word().is_healthy());
}

#[test]
fn a_probe_without_evidence_gives_its_place_back() {
    // R072, R073
    let policy = standard();
    let breaker = open(&policy);
    for _ in 0..20 {
        let probe = granted(&breaker, at(10), &policy);
        breaker.release(probe);
    }
    granted(&breaker, at(10), &policy);
}

#[test]
fn a_probe_that_hangs_gives_its_place_to_another_and_counts_no_more() {
    // R074
    let policy = standard();
    let breaker = open(&policy);
    let hung = granted(&breaker, at(10), &policy);
    assert_eq!(refused(&breaker, Tick(69_999), &policy), Duration::ZERO);

    let other = granted(&breaker, at(70), &policy);
    assert_eq!(breaker.failure(hung, at(70), &policy), None);

    assert_eq!(breaker.success(other, &policy), None);
    assert_eq!(breaker.state(at(70)), CircuitState::HalfOpen);
}

#[test]
fn an_open_circuit_is_found_over_after_any_idle_time() {
    let policy = standard();
    for years in [1_u64, 2, 30, 100] {
        let breaker = open(&policy);
        granted(&breaker, at(years * 366 * 24 * 60 * 60), &policy);
    }
}

#[test]
fn a_clock_put_back_by_days_does_not_keep_the_circuit_open() {
    // R102
    let policy = standard();
    let breaker = Breaker::new();
    let days = at(30 * 24 * 60 * 60);
    for _ in 0..2 {
        let permit = granted(&breaker, days, &policy);
        breaker.failure(permit, days, &policy);
    }
    granted(&breaker, at(0), &policy);
}

#[test]
fn the_generation_wraps_without_touching_the_state() {
    let mut word = Word(0);
    for _ in 0..(1 << 22) {
        word = word.turned(State::Closed { failures: 0 });
        assert!(word.is_healthy());
    }
    assert_eq!(word, Word(0));
}

#[test]
fn failures_are_counted_without_end() {
    let policy = policy(BreakerPolicy::builder().failure_threshold(1_000_000));
    let breaker = Breaker::new();
    for _ in 1..1_000_000 {
        let permit = granted(&breaker, at(0), &policy);
        assert_eq!(breaker.failure(permit, at(0), &policy), None);
    }
    let permit = granted(&breaker, at(0), &policy);
    assert!(matches!(
        breaker.failure(permit, at(0), &policy),
        Some(Transition::Opened {
            failures: 1_000_000,
            ..
        })
    ));
}

/// The rules once more, as naively as possible: a struct, a list of places, no bits.
#[derive(Debug)]
struct Model {
    policy: BreakerPolicy,
    generation: u64,
    state: ModelState,
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
        since: u64,
        successes: u32,
        reopenings: u32,
        probes: Vec<Option<(u64, u64)>>,
    },
}

/// A granted call: its number, the generation, and whether failures were remembered when it began.
#[derive(Clone, Copy, Debug)]
struct ModelPermit {
    call: u64,
    generation: u64,
    clean: bool,
}

impl Model {
    fn admit(&mut self, call: u64, now: u64) -> Option<ModelPermit> {
        if let ModelState::Open { until, reopenings } = self.state {
            if now < until {
                return None;
            }
            self.generation += 1;
            let probes = vec![None; self.policy.half_open_max_calls().into()];
            self.state = ModelState::HalfOpen {
                since: now,
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
        let clean = matches!(self.state, ModelState::Closed { failures: 0 });
        Some(ModelPermit {
            call,
            generation: self.generation,
            clean,
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
                Some(true) if permit.clean => {}
                Some(true) => *failures = 0,
                Some(false) => {
                    *failures += 1;
                    if *failures >= self.policy.failure_threshold() {
                        self.open(now, 0, None);
                    }
                }
            },
            ModelState::HalfOpen {
                since,
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
                        let (since, reopenings) = (*since, *reopenings + 1);
                        self.open(now, reopenings, Some(since));
                    }
                }
            }
        }
    }

    fn open(&mut self, now: u64, reopenings: u32, since: Option<u64>) {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap();
        let recovered = now + millis(self.policy.recovery_after(reopenings));
        let cooled = since.map_or(0, |since| since + millis(self.policy.cooldown()));
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
        let policy = policy(
            BreakerPolicy::builder()
                .failure_threshold(threshold)
                .half_open_max_calls(calls)
                .success_threshold(successes)
                .recovery_timeout(Duration::from_secs(1))
                .recovery_factor(1.5)
                .max_recovery_timeout(Duration::from_secs(4))
                .cooldown(Duration::from_millis(cooldown))
                .probe_timeout(Duration::from_secs(2)),
        );
        let breaker = Breaker::new();
        let mut model = Model { policy, generation: 0, state: ModelState::Closed { failures: 0 } };
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
