//! `recovery_jitter`: chance makes the open time longer, so that a fleet does not probe at one moment.

use super::*;
use std::cell::Cell;

/// A clock that stands, and chance that draws the same each time and counts how often.
#[derive(Clone, Copy)]
struct Around<'a> {
    now: Tick,
    draw: f64,
    draws: &'a Cell<u32>,
}

impl Surroundings for Around<'_> {
    fn tick(&self) -> Tick {
        self.now
    }

    fn chance(&self) -> f64 {
        self.draws.set(self.draws.get() + 1);
        self.draw
    }
}

fn jittered(share: f64) -> BreakerOptions {
    BreakerPolicy::builder()
        .failure_threshold(1)
        .recovery_timeout(Duration::from_secs(10))
        .recovery_jitter(share)
}

/// Fails a call, and says for how long the circuit is open then and how often chance was asked.
fn fail(breaker: &Breaker, now: Tick, draw: f64, policy: &BreakerPolicy) -> (Duration, u32) {
    let draws = Cell::new(0);
    let around = Around {
        now,
        draw,
        draws: &draws,
    };
    let permit = granted(breaker, now, policy);
    let transition = breaker.end(permit, Ending::Failure, around, policy);
    let wait = refused(breaker, now, policy);
    match transition {
        Some(Transition::Opened { recovery, .. } | Transition::Reopened { recovery }) => assert_eq!(recovery, wait),
        other => panic!("{other:?}"),
    }
    (wait, draws.get())
}

#[test]
fn the_open_time_is_longer_by_what_is_drawn_and_never_shorter() {
    for (share, draw, millis, draws) in [
        (0.0, 0.9, 10_000, 0),
        (0.1, 0.0, 10_000, 1),
        (0.1, 0.5, 10_500, 1),
        (0.1, 1.0, 11_000, 1),
        (1.0, 1.0, 20_000, 1),
        // Part of a tick is rounded up.
        (0.000_01, 0.5, 10_001, 1),
    ] {
        let policy = policy(jittered(share));
        let breaker = Breaker::new(&policy);
        let wait = Duration::from_millis(millis);
        assert_eq!(fail(&breaker, at(0), draw, &policy), (wait, draws), "{share}, {draw}");
        // It is part of the deadline.
        assert_eq!(refused(&breaker, Tick(millis - 1), &policy), Duration::from_millis(1));
        granted(&breaker, Tick(millis), &policy);
    }
}

#[test]
fn it_is_drawn_once_for_each_opening_after_growth_and_cap() {
    let policy = policy(
        jittered(0.5)
            .recovery_factor(2.0)
            .max_recovery_timeout(Duration::from_secs(15)),
    );
    let breaker = Breaker::new(&policy);
    let mut now = at(0);
    for (draw, millis) in [(1.0, 15_000), (0.0, 15_000), (0.5, 18_750), (1.0, 22_500)] {
        let (wait, draws) = fail(&breaker, now, draw, &policy);
        assert_eq!((wait, draws), (Duration::from_millis(millis), 1));
        now = now.after(wait);
    }
}

#[test]
fn a_cooldown_that_is_longer_is_not_made_longer() {
    let policy = policy(jittered(1.0).cooldown(Duration::from_secs(60)));
    let breaker = Breaker::new(&policy);
    let (first, _) = fail(&breaker, at(0), 0.0, &policy);
    let now = Tick(0).after(first);

    assert_eq!(fail(&breaker, now, 1.0, &policy).0, Duration::from_secs(60));
}

#[test]
fn the_longest_open_time_is_a_day_and_as_much_again() {
    let day = Duration::from_secs(24 * 60 * 60);
    let policy = policy(jittered(1.0).recovery_timeout(day));
    let breaker = Breaker::new(&policy);

    assert_eq!(fail(&breaker, at(100), 1.0, &policy).0, 2 * day);
    // Also for a thread whose clock is a little behind.
    assert_eq!(
        refused(&breaker, Tick(99_999), &policy),
        2 * day + Duration::from_millis(1)
    );
}
