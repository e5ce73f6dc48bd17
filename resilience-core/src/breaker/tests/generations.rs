//! Results that come too late.

use super::*;
use crate::breaker::word::Closed;

#[test]
fn results_of_an_earlier_generation_change_nothing() {
    // R066, R067, R068
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let late = [0; 4].map(|_| granted(&breaker, at(0), &policy));
    for permit in &late[..2] {
        breaker.failure(*permit, at(0), &policy);
    }

    // While open.
    breaker.success(late[2], at(0), &policy);
    breaker.failure(late[3], at(5), &policy);
    assert_eq!(refused(&breaker, at(9), &policy), Duration::from_secs(1));

    // While half-open.
    let probe = granted(&breaker, at(10), &policy);
    breaker.success(late[2], at(0), &policy);
    breaker.success(late[2], at(0), &policy);
    breaker.failure(late[3], at(10), &policy);
    assert_eq!(breaker.state(at(10)), CircuitState::HalfOpen);

    // After recovery.
    breaker.success(probe, at(0), &policy);
    let probe = granted(&breaker, at(10), &policy);
    breaker.success(probe, at(0), &policy);
    for _ in 0..200 {
        breaker.failure(late[3], at(10), &policy);
    }
    assert!(breaker.word().is_healthy());
}

#[test]
fn the_generation_wraps_without_touching_the_state() {
    let mut word = Word(0);
    for _ in 0..(1 << 22) {
        word = word.turned(State::Closed(Closed::default()));
        assert!(word.is_healthy());
    }
    assert_eq!(word, Word(0));
}

#[test]
fn a_result_is_late_on_both_sides_of_the_wrap() {
    let policy = standard();
    let breaker = Breaker::new(&policy);
    let word = |generation: u64| Word(generation << (64 - Word::GENERATION_BITS));
    breaker
        .word
        .store(word((1 << Word::GENERATION_BITS) - 1).0, Ordering::Release);
    let early = granted(&breaker, at(0), &policy);

    run(&breaker, &policy, at(0), &[false, false]);
    assert_eq!(breaker.word().generation(), 0);
    breaker.failure(early, at(0), &policy);
    run(&breaker, &policy, at(10), &[true, true]);
    breaker.failure(early, at(10), &policy);

    assert_eq!(breaker.word(), word(2));
    assert_eq!(breaker.snapshot(at(10), None, &policy).statistics.late, 2);
}
