//! Random policies, and what may happen to a breaker under them.

use crate::{
    breaker::{BreakerMode, Ending},
    classify::FailureKind,
    policy::{BreakerPer, BreakerPolicy, FailureCount, OnAbandon, OnPermanent, Window},
};
use proptest::prelude::*;
use std::{ops::RangeInclusive, time::Duration};

/// The longest that a call may have to wait for its admission: the open time with all of its jitter, the cooldown or a ramp, and
/// a probe that hangs.
pub(super) const LONGEST_WAY_OUT: u64 = 12_000 + 4_000;

/// Every rate is a share of so many calls, or of fewer.
pub(super) const LARGEST_WHOLE: u32 = 100;

#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub(super) policy: BreakerPolicy,
    /// The first tick.
    pub(super) origin: u64,
    /// After how many steps somebody looks each time: who looks gathers what threads have counted.
    pub(super) looks: usize,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(u64),
    Begin,
    /// Ends the n-th call under way (modulo their number), by a clock that was read so many milliseconds before.
    End(usize, Ending, u64),
    /// The same, with a failure of this kind.
    EndFailed(usize, FailureKind, u64),
    /// So many calls, one after the other, which succeed at once.
    Succeed(u32),
    /// So many calls, one after the other, which fail at once.
    Fail(u32),
    /// Whatever comes next is done by the thread of this slot.
    Thread(u8),
    /// From now on chance draws so many sixteenths.
    Chance(u64),
    Hold(BreakerMode),
    Reset,
    Adopt(BreakerPolicy),
}

pub(super) fn any() -> impl Strategy<Value = Schedule> {
    // Of a service in trouble, and of one that fails now and then.
    let steps = |successes| proptest::collection::vec(step(successes), 1..300);
    let looks = proptest::sample::select(vec![1, 1, 10, 1_000]);
    (policy(), origin(), looks, prop_oneof![steps(1), steps(100)]).prop_map(|(policy, origin, looks, steps)| Schedule {
        policy,
        origin,
        looks,
        steps,
    })
}

fn step(successes: u32) -> impl Strategy<Value = Step> {
    prop_oneof![
        successes => prop_oneof![1..10_u32, 1..60_u32].prop_map(Step::Succeed),
        10 => (2..12_u32).prop_map(Step::Fail),
        120 => Just(Step::Begin),
        120 => (0..usize::MAX, ending(), late()).prop_map(|(n, ending, late)| Step::End(n, ending, late)),
        40 => (0..usize::MAX, kind(), late()).prop_map(|(n, kind, late)| Step::EndFailed(n, kind, late)),
        30 => (0..60_u64).prop_map(Step::Wait),
        20 => (0..3_000_u64).prop_map(Step::Wait),
        // Idle for hours and days.
        2 => (0..200_000_000_u64).prop_map(Step::Wait),
        20 => thread().prop_map(Step::Thread),
        20 => (0..16_u64).prop_map(Step::Chance),
        3 => mode().prop_map(Step::Hold),
        3 => Just(Step::Hold(BreakerMode::Automatic)),
        2 => Just(Step::Reset),
        4 => policy().prop_map(Step::Adopt),
    ]
}

/// By less than the shortest window, and most of them not at all.
fn late() -> impl Strategy<Value = u64> {
    prop_oneof![9 => Just(0), 1 => 1..=90_u64]
}

/// Two threads whose stripe is at hand, two whose is not, and one that shares the last.
fn thread() -> impl Strategy<Value = u8> {
    proptest::sample::select(vec![0, 5, 9, 127, 128])
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        10 => Just(Ending::Success),
        5 => Just(Ending::Failure),
        1 => Just(Ending::Ignored),
        1 => Just(Ending::Answered),
        2 => Just(Ending::Abandoned),
    ]
}

fn kind() -> impl Strategy<Value = FailureKind> {
    proptest::sample::select(vec![
        FailureKind::Transient,
        FailureKind::Throttled { retry_after: None },
        FailureKind::Permanent,
        FailureKind::Permanent,
        FailureKind::Pending,
        FailureKind::Ignored,
        FailureKind::Unknown,
    ])
}

fn on_permanent() -> impl Strategy<Value = OnPermanent> {
    use OnPermanent::{Failure, Neutral, ProbeSuccess};
    proptest::sample::select(vec![Failure, ProbeSuccess, ProbeSuccess, Neutral])
}

fn mode() -> impl Strategy<Value = BreakerMode> {
    use BreakerMode::{Automatic, Disabled, ForcedClosed, ForcedOpen};
    proptest::sample::select(vec![Automatic, ForcedOpen, ForcedClosed, Disabled])
}

/// Where ticks begin: at zero, and where the fields that hold them wrap.
fn origin() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0..10_000_u64,
        (1_u64 << 34) - 20_000..1 << 34,
        (1_u64 << 35) - 20_000..1 << 35,
        0..1_u64 << 45,
    ]
}

fn millis(range: RangeInclusive<u64>) -> impl Strategy<Value = Duration> {
    range.prop_map(Duration::from_millis)
}

fn rate() -> impl Strategy<Value = f64> {
    let share = |(part, whole): (u32, u32)| f64::from(part.min(whole)) / f64::from(whole);
    prop_oneof![
        proptest::sample::select(vec![0.0, 0.0, 0.01, 0.07, 0.25, 0.5, 0.57, 1.0]),
        // What no decimal can say.
        (1..=12_u32, 1..=12_u32).prop_map(share),
        (1..=LARGEST_WHOLE, 1..=LARGEST_WHOLE).prop_map(share),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        (1..=70_u32).prop_map(Window::Calls),
        (71..=700_u32).prop_map(Window::Calls),
        millis(100..=5_000).prop_map(Window::Time),
        // So long that most of a schedule fits in.
        Just(Window::Time(Duration::from_secs(60))),
    ]
}

fn on_abandon() -> impl Strategy<Value = OnAbandon> {
    prop_oneof![
        Just(OnAbandon::Ignore),
        millis(1..=1_000).prop_map(OnAbandon::FailAfter)
    ]
}

fn policy() -> impl Strategy<Value = BreakerPolicy> {
    let rules = (
        proptest::sample::select(vec![0, 0, 1, 2, 3, 7, 50]),
        rate(),
        rate(),
        prop_oneof![Just(FailureCount::Consecutive), Just(FailureCount::Cumulative)],
        window(),
        1..=30_u32,
        millis(1..=2_000),
        (on_abandon(), on_permanent()),
        prop_oneof![Just(Duration::ZERO), millis(0..=2_000)],
    );
    let recovery = (
        millis(1..=3_000),
        proptest::sample::select(vec![1.0, 1.5, 2.0, 100.0]),
        millis(3_000..=6_000),
        proptest::sample::select(vec![0.0, 0.1, 0.5, 1.0]),
        prop_oneof![2 => Just(Duration::ZERO), 1 => millis(1..=6_000)],
        prop_oneof![Just(Duration::ZERO), millis(0..=6_000)],
        1..=4_u8,
        1..=4_u8,
        millis(1..=4_000),
        proptest::bool::weighted(0.9),
    );
    (rules, recovery).prop_filter_map("at least one rule", |(rules, recovery)| {
        let (threshold, failure_rate, slow_rate, count, window, minimum, slow, (on_abandon, permanent), span) = rules;
        let span = if count == FailureCount::Cumulative {
            Duration::ZERO
        } else {
            span
        };
        let (timeout, factor, most, jitter, ramp, cooldown, places, successes, probe, enabled) = recovery;
        BreakerPolicy::builder()
            .enabled(enabled)
            .per(BreakerPer::Attempt)
            .failure_threshold(threshold)
            .failure_count(count)
            .failure_span(span)
            .failure_rate(failure_rate)
            .slow_call_rate(slow_rate)
            .slow_call_duration(slow)
            .window(window)
            .minimum_calls(minimum)
            .on_abandon(on_abandon)
            .permanent(permanent)
            .recovery_timeout(timeout)
            .recovery_factor(factor)
            .max_recovery_timeout(most)
            .recovery_jitter(jitter)
            .ramp(ramp)
            .cooldown(cooldown)
            .half_open_max_calls(places)
            .success_threshold(successes)
            .probe_timeout(probe)
            .build()
            .ok()
    })
}
