//! Partitions against a naive model of them, and under threads.

use super::{call, one_failure, world};
use proptest::prelude::*;
use resilience_core::{CircuitState, Partition};
use resilience_tests::{Error, secs};
use std::{collections::BTreeMap, thread};

const BOUND: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    /// Takes a lease of this key.
    Lease(u8),
    /// Gives back one of those that are held.
    Drop(usize),
    /// Calls one of those that are held.
    Call(usize, bool),
    Wait,
    Reset(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..6).prop_map(Step::Lease),
        3 => any::<usize>().prop_map(Step::Drop),
        5 => (any::<usize>(), prop::bool::weighted(0.7)).prop_map(|(lease, is_fine)| Step::Call(lease, is_fine)),
        1 => Just(Step::Wait),
        1 => (0_u8..6).prop_map(Step::Reset),
    ]
}

/// What a key needs its partition for.
#[derive(Clone, Copy, Debug, Default)]
struct Needs {
    leases: usize,
    is_open: bool,
    is_over: bool,
}

#[derive(Default)]
struct Model(BTreeMap<u8, Needs>);

impl Model {
    fn has_room_for(&self, key: u8) -> bool {
        let others = self
            .0
            .iter()
            .filter(|(other, needs)| **other != key && (needs.leases > 0 || needs.is_open));
        others.count() < BOUND
    }

    fn of(&mut self, key: u8) -> &mut Needs {
        self.0.entry(key).or_default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_key_is_served_as_a_naive_model_says(steps in prop::collection::vec(step(), 1..120)) {
        let (world, service) = world(BOUND, one_failure());
        let mut model = Model::default();
        let mut held: Vec<(Option<u8>, Partition)> = Vec::new();
        let mut calls = 0;

        for step in steps {
            match step {
                Step::Lease(key) => {
                    let lease = service.partition(&format!("tenant-{key}"));
                    let expected = model.has_room_for(key);
                    prop_assert_eq!(lease.key().is_some(), expected);
                    if expected {
                        model.of(key).leases += 1;
                    }
                    held.push((expected.then_some(key), lease));
                }
                Step::Drop(which) if !held.is_empty() => {
                    let which = which % held.len();
                    if let (Some(key), _) = held.swap_remove(which) {
                        model.of(key).leases -= 1;
                    }
                }
                Step::Call(which, is_fine) if !held.is_empty() => {
                    let (key, lease) = &held[which % held.len()];
                    let outcome = call(lease, if is_fine { Ok(1) } else { Err(Error::Down(1)) });
                    calls += 1;
                    let is_rejected = outcome.is_err_and(|error| error.interruption().is_some());
                    let needs = key.map(|key| *model.of(key)).unwrap_or_default();
                    prop_assert_eq!(is_rejected, needs.is_open && !needs.is_over);
                    if let (Some(key), false) = (key, is_rejected) {
                        let needs = model.of(*key);
                        (needs.is_open, needs.is_over) = (!is_fine, false);
                    }
                }
                Step::Wait => {
                    world.clock.advance(secs(100_000));
                    model.0.values_mut().for_each(|needs| needs.is_over = true);
                }
                Step::Reset(key) => {
                    // Finds what is there, and makes what is not, if there is room.
                    if model.has_room_for(key) {
                        service.partition(&format!("tenant-{key}")).reset_breaker();
                        model.of(key).is_open = false;
                    }
                }
                Step::Drop(_) | Step::Call(..) => {}
            }
            for (key, lease) in &held {
                let needs = key.map(|key| *model.of(key)).unwrap_or_default();
                let expected = match (needs.is_open, needs.is_over) {
                    (false, _) => CircuitState::Closed,
                    (true, false) => CircuitState::Open,
                    (true, true) => CircuitState::HalfOpen,
                };
                prop_assert_eq!(lease.state(), expected);
            }
        }
        prop_assert_eq!(service.statistics().calls, calls);
    }
}

#[test]
fn no_thread_ever_finds_a_strangers_breaker() {
    let (_world, service) = world(6, one_failure());
    let rounds = 2_000;

    let told: Vec<[u64; 2]> = thread::scope(|threads| {
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                threads.spawn(move || {
                    let (mut served, mut calls) = (0, 0);
                    for round in 0..rounds {
                        // Each key is one thread's alone, so each circuit is as that thread has left it.
                        let lease = service.partition(&format!("worker-{worker}-{round}"));
                        assert_eq!(lease.state(), CircuitState::Closed);
                        let _ = call(&lease, Err(Error::Down(1)));
                        calls += 1;
                        if lease.key().is_none() {
                            continue;
                        }
                        served += 1;
                        assert_eq!(lease.state(), CircuitState::Open);
                        let again = service.partition(&format!("worker-{worker}-{round}"));
                        assert_eq!((again.key(), again.state()), (lease.key(), CircuitState::Open));
                        lease.reset_breaker();
                    }
                    [served, calls]
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });

    // Each holds one at a time: there is always room.
    assert_eq!(told, [[rounds, rounds]; 4]);
    assert_eq!(service.statistics().calls, 4 * rounds);
    assert!(service.partitions().len() <= 6);
}
