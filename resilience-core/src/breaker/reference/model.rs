//! The rules once more, as naively as possible: lists, no bits, no cleverness.

use super::schedule::LARGEST_WHOLE;
use crate::{
    breaker::{
        BreakerMode, BreakerSnapshot, BreakerStatistics, CircuitCause, CircuitChange, CircuitState, Ending, Transition,
    },
    classify::FailureKind,
    policy::{BreakerPolicy, FailureCount, OnAbandon, OnPermanent, Window},
};
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Model {
    policy: BreakerPolicy,
    failure_rate: (u64, u64),
    slow_call_rate: (u64, u64),
    generation: u64,
    calls: u64,
    state: State,
    /// Every outcome that was judged since the window began: when it came, whether it failed, whether it was slow.
    outcomes: Vec<(u64, bool, bool)>,
    /// Who probes: the call, its generation, and when it began.
    places: Vec<Option<(u64, u64, u64)>>,
    last_half_open: Option<u64>,
    changes: Vec<CircuitChange>,
    counts: BreakerStatistics,
    /// What chance draws, in sixteenths.
    draw: u64,
    /// The outcomes at which only the length of the run kept the circuit closed, and the calls that a ramp has turned away.
    pub(super) reached: [u64; 2],
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
        /// When the present run of failures began to be timed.
        run: Option<u64>,
        /// When the ramp began, and for how long it lasts.
        ramp: Option<(u64, u64)>,
    },
    Open {
        until: u64,
        reopenings: u32,
    },
    HalfOpen {
        successes: u32,
        reopenings: u32,
    },
    Held(BreakerMode),
}

/// A call under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Granted {
    Unseen,
    Ignored,
    Closed { generation: u64, began: Option<u64> },
    Probe { call: u64, generation: u64, began: u64 },
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}

/// The time from one to the other, in whole milliseconds that are not less.
fn whole(duration: Duration) -> u64 {
    millis(duration + Duration::from_nanos(999_999))
}

impl Model {
    pub(super) fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            failure_rate: fraction(policy.failure_rate()),
            slow_call_rate: fraction(policy.slow_call_rate()),
            generation: 0,
            calls: 0,
            state: State::CLOSED,
            outcomes: Vec::new(),
            places: vec![None; 64],
            last_half_open: None,
            changes: Vec::new(),
            counts: BreakerStatistics::default(),
            draw: 0,
            reached: [0; 2],
        }
    }

    pub(super) fn set_draw(&mut self, sixteenths: u64) {
        self.draw = sixteenths;
    }

    /// The call, or the time to wait: unknown where the circuit is held open.
    pub(super) fn admit(&mut self, now: u64) -> (Result<Granted, Option<Duration>>, Option<Transition>) {
        self.calls += 1;
        let (call, mut transition) = (self.calls, None);
        if !self.policy.enabled() {
            // What a breaker without failures admits while it is off is judged if it ends while it is on.
            let granted = match self.state {
                State::Closed {
                    failures: 0,
                    ramp: None,
                    ..
                } => Granted::Closed {
                    generation: self.generation,
                    began: None,
                },
                _ => Granted::Unseen,
            };
            return (Ok(granted), None);
        }
        if let State::Open { until, reopenings } = self.state {
            if now < until {
                self.counts.rejected += 1;
                return (Err(Some(Duration::from_millis(until - now))), None);
            }
            self.turn(
                State::HalfOpen {
                    successes: 0,
                    reopenings,
                },
                CircuitCause::RecoveryOver,
                now,
            );
            self.last_half_open = Some(now);
            transition = Some(Transition::HalfOpened);
        }
        let wait = self.ramp_at(now);
        let admission = match self.state {
            State::Closed { .. } if wait.is_some() => Err(wait),
            State::Closed { .. } => Ok(Granted::Closed {
                generation: self.generation,
                began: self.policy.is_timed().then_some(now),
            }),
            State::HalfOpen { .. } => match self.place(now) {
                Some(place) => {
                    self.places[place] = Some((call, self.generation, now));
                    Ok(Granted::Probe {
                        call,
                        generation: self.generation,
                        began: now,
                    })
                }
                None => Err(Some(Duration::ZERO)),
            },
            State::Held(BreakerMode::ForcedOpen) => Err(None),
            State::Held(BreakerMode::ForcedClosed) => Ok(Granted::Ignored),
            State::Held(_) => Ok(Granted::Unseen),
            State::Open { .. } => unreachable!("half-open by now"),
        };
        self.counts.rejected += u64::from(admission.is_err());
        (admission, transition)
    }

    /// How long a call that comes now is turned away by a ramp, if it is.
    fn ramp_at(&mut self, now: u64) -> Option<Duration> {
        let State::Closed { ramp, .. } = &mut self.state else {
            return None;
        };
        let (began, length) = (*ramp)?;
        if now >= began + length || now + length < began {
            *ramp = None;
            return None;
        }
        let elapsed = now.saturating_sub(began);
        // One call in ten at least: a draw of one sixteenth.
        if self.draw <= 1 || self.draw * length < 16 * elapsed {
            return None;
        }
        self.reached[1] += 1;
        Some(Duration::from_millis((length - elapsed).min(length.div_ceil(10))))
    }

    /// A free place for a probe, or else that of the probe that has hung for longest.
    fn place(&self, now: u64) -> Option<usize> {
        let places = &self.places[..self.policy.half_open_max_calls().into()];
        let is_free = |place: &Option<(u64, u64, u64)>| place.is_none_or(|(_, of, _)| of != self.generation);
        if let Some(free) = places.iter().position(is_free) {
            return Some(free);
        }
        let timeout = millis(self.policy.probe_timeout());
        let began = |place: &usize| places[*place].map(|(_, _, began)| began);
        (0..places.len())
            .filter(|place| began(place).is_some_and(|began| began + timeout <= now))
            .min_by_key(began)
    }

    /// What a failure of this kind is.
    pub(super) fn ending_of(&self, kind: FailureKind) -> Ending {
        match (kind, self.policy.permanent()) {
            (FailureKind::Transient | FailureKind::Throttled { .. }, _)
            | (FailureKind::Permanent, OnPermanent::Failure) => Ending::Failure,
            (FailureKind::Pending, _) | (FailureKind::Permanent, OnPermanent::ProbeSuccess) => Ending::Answered,
            (FailureKind::Permanent | FailureKind::Ignored | FailureKind::Unknown, _) => Ending::Ignored,
        }
    }

    pub(super) fn end(&mut self, granted: Granted, ending: Ending, now: u64) -> Option<Transition> {
        let (generation, began, has_place) = match granted {
            Granted::Unseen => return None,
            Granted::Ignored => {
                self.counts.ignored += 1;
                return None;
            }
            Granted::Closed { generation, began } => (generation, began, true),
            Granted::Probe {
                call,
                generation,
                began,
            } => {
                let mine = self
                    .places
                    .iter_mut()
                    .find(|place| place.is_some_and(|(by, ..)| by == call));
                (generation, Some(began), mine.and_then(Option::take).is_some())
            }
        };
        if !self.policy.enabled() {
            return None;
        }
        let is_late = generation != self.generation || !has_place;
        let has_lasted = |limit: Duration| began.is_some_and(|began| now.saturating_sub(began) >= millis(limit));
        let is_probe = matches!(granted, Granted::Probe { .. });
        let failed = match (ending, self.policy.on_abandon()) {
            (Ending::Success, _) => false,
            (Ending::Answered, _) if is_probe => false,
            (Ending::Failure, _) => true,
            (Ending::Ignored | Ending::Answered, _) => {
                let count = if is_late {
                    &mut self.counts.late
                } else {
                    &mut self.counts.ignored
                };
                *count += 1;
                return None;
            }
            (Ending::Abandoned, rule) => {
                self.counts.abandoned += 1;
                match rule {
                    OnAbandon::FailAfter(limit) if !is_late && has_lasted(limit) => true,
                    _ => return None,
                }
            }
        };
        if is_late {
            self.counts.late += 1;
            return None;
        }
        let slow = self.policy.slow_call_rate() > 0.0 && has_lasted(self.policy.slow_call_duration());
        match self.state {
            State::Closed { failures, run, ramp } => {
                self.state = State::Closed {
                    failures: self.counted(failures, failed),
                    run,
                    ramp,
                };
                self.judge(failed, slow, now)
            }
            State::HalfOpen { reopenings, .. } if failed || slow => {
                Some(self.open(now, (reopenings + 1).min(31), CircuitCause::ProbeFailed, 0))
            }
            State::HalfOpen { successes, reopenings } => {
                let successes = successes + 1;
                if successes < self.policy.success_threshold().into() {
                    self.state = State::HalfOpen { successes, reopenings };
                    return None;
                }
                self.close(now, CircuitCause::ProbesSucceeded);
                if !self.policy.ramp().is_zero() {
                    self.state = State::Closed {
                        failures: 0,
                        run: None,
                        ramp: Some((now, whole(self.policy.ramp()))),
                    };
                }
                Some(Transition::Closed)
            }
            other => unreachable!("nothing of this generation is under way: {other:?}"),
        }
    }

    fn counted(&self, failures: u32, failed: bool) -> u32 {
        match (failed, self.policy.failure_count()) {
            _ if self.policy.failure_threshold() == 0 => 0,
            (true, FailureCount::Consecutive) => failures + 1,
            (true, FailureCount::Cumulative) | (false, _) => 0,
        }
    }

    /// Whether the failures in a row, this one included, open the circuit.
    fn is_outage(&mut self, now: u64) -> bool {
        let (threshold, span) = (self.policy.failure_threshold(), whole(self.policy.failure_span()));
        let State::Closed { failures, run, .. } = &mut self.state else {
            return false;
        };
        let is_timed = span > 0 && threshold > 1;
        if *failures < 2 {
            *run = None;
        } else if is_timed && run.is_none() {
            *run = Some(now);
        }
        if threshold == 0 || *failures < threshold {
            return false;
        }
        if !is_timed {
            return true;
        }
        // A clock that is put back begins anew.
        let began = run.map_or(now, |began| began.min(now));
        *run = Some(began);
        self.reached[0] += u64::from(now - began < span);
        now - began >= span
    }

    fn judge(&mut self, failed: bool, slow: bool, now: u64) -> Option<Transition> {
        self.outcomes.push((now, failed, slow));
        if self.is_outage(now) {
            return Some(self.open(now, 0, CircuitCause::Failures, self.failures().into()));
        }
        let window = self.window(now);
        let failed = window.iter().filter(|(_, failed, _)| *failed).count() as u64;
        if self.is_counted_in_window() && failed >= self.policy.failure_threshold().into() {
            return Some(self.open(now, 0, CircuitCause::Failures, failed));
        }
        let calls = window.len() as u64;
        let minimum = match self.policy.window() {
            Window::Calls(size) => size.min(self.policy.minimum_calls()),
            Window::Time(_) => self.policy.minimum_calls(),
        };
        if calls < minimum.into() {
            return None;
        }
        let slow = window.iter().filter(|(.., slow)| *slow).count() as u64;
        let reaches = |part: u64, (of, whole): (u64, u64)| of > 0 && part > 0 && part * whole >= calls * of;
        if reaches(failed, self.failure_rate) {
            Some(self.open(now, 0, CircuitCause::FailureRate, failed))
        } else if reaches(slow, self.slow_call_rate) {
            Some(self.open(now, 0, CircuitCause::SlowCallRate, slow))
        } else {
            None
        }
    }

    fn is_counted_in_window(&self) -> bool {
        self.policy.failure_count() == FailureCount::Cumulative && self.policy.failure_threshold() > 0
    }

    /// The outcomes that the rates are taken over.
    fn window(&self, now: u64) -> Vec<(u64, bool, bool)> {
        if !self.policy.has_window() {
            return Vec::new();
        }
        match self.policy.window() {
            Window::Calls(size) => {
                let outside = self.outcomes.len().saturating_sub(size as usize);
                self.outcomes[outside..].to_vec()
            }
            // The present tenth and the nine before it; who comes late is judged with those who came before.
            Window::Time(length) => {
                let latest = self.outcomes.iter().map(|(at, ..)| *at).max();
                let present = now.max(latest.unwrap_or(0)) / tenth(length);
                let is_within = |at: u64| at / tenth(length) + 9 >= present;
                self.outcomes
                    .iter()
                    .copied()
                    .filter(|(at, ..)| is_within(*at))
                    .collect()
            }
        }
    }

    fn failures(&self) -> u32 {
        match self.state {
            State::Closed { failures, .. } => failures,
            _ => 0,
        }
    }

    /// Grown step by step, capped, and then made longer by chance; in whole nanoseconds.
    fn open_time(&self, reopenings: u32, draw: u64) -> Duration {
        let (factor, cap) = (
            hundredths(self.policy.recovery_factor()),
            self.policy.max_recovery_timeout(),
        );
        let mut nanos = self.policy.recovery_timeout().as_nanos();
        for _ in 0..reopenings {
            nanos = cap.as_nanos().min(nanos * u128::from(factor) / 100);
        }
        nanos += nanos * u128::from(hundredths(self.policy.recovery_jitter()) * draw) / 1_600;
        Duration::from_nanos(nanos.try_into().unwrap())
    }

    fn open(&mut self, now: u64, reopenings: u32, cause: CircuitCause, failures: u64) -> Transition {
        let recovered = now + whole(self.open_time(reopenings, self.draw));
        let cooled = self
            .last_half_open
            .map_or(0, |began| began + whole(self.policy.cooldown()));
        let until = recovered.max(cooled);
        self.turn(State::Open { until, reopenings }, cause, now);
        let recovery = Duration::from_millis(until - now);
        match cause {
            CircuitCause::ProbeFailed => Transition::Reopened { recovery },
            cause => Transition::Opened {
                cause,
                failures,
                recovery,
            },
        }
    }

    fn close(&mut self, now: u64, cause: CircuitCause) {
        self.outcomes.clear();
        self.turn(State::CLOSED, cause, now);
    }

    fn turn(&mut self, state: State, cause: CircuitCause, now: u64) {
        let from = self.state.name();
        self.generation += 1;
        self.state = state;
        if from != state.name() {
            self.changes.push(CircuitChange {
                at: Duration::from_millis(now),
                from,
                to: state.name(),
                cause,
            });
        }
    }

    pub(super) fn hold(&mut self, mode: BreakerMode, now: u64) -> Option<Transition> {
        match (self.state, mode) {
            (State::Held(present), mode) if present == mode => return None,
            (State::Held(_), BreakerMode::Automatic) => self.close(now, CircuitCause::Manual),
            (_, BreakerMode::Automatic) => return None,
            (_, mode) => self.turn(State::Held(mode), CircuitCause::Manual, now),
        }
        Some(Transition::Held(mode))
    }

    pub(super) fn reset(&mut self, now: u64) -> Transition {
        self.last_half_open = None;
        self.close(now, CircuitCause::Manual);
        Transition::Reset
    }

    /// The window keeps what fits the new policy.
    pub(super) fn adopt(&mut self, policy: BreakerPolicy, now: u64) {
        let kept = match (self.policy.window(), policy.window()) {
            _ if !self.policy.has_window() || !policy.has_window() => Vec::new(),
            (Window::Calls(_), Window::Calls(_)) => self.window(now),
            (Window::Time(old), Window::Time(new)) if tenth(old) == tenth(new) => self.outcomes.clone(),
            _ => Vec::new(),
        };
        if let State::Closed { failures, run, ramp } = &mut self.state {
            *ramp = ramp.filter(|_| !policy.ramp().is_zero());
            if policy.failure_count() == FailureCount::Cumulative {
                (*failures, *run) = (0, None);
            }
        }
        self.policy = policy;
        let (opened, half_open) = (self.changes.last().map(|change| millis(change.at)), self.last_half_open);
        if let (State::Open { until, reopenings }, Some(opened)) = (self.state, opened) {
            // A circuit that is open may be so for a shorter time now, and never for a longer one.
            let recovered = opened + whole(self.open_time(reopenings, 16));
            let cooled = half_open.map_or(0, |began| began + whole(policy.cooldown()));
            self.state = State::Open {
                until: until.min(recovered.max(cooled)),
                reopenings,
            };
        }
        self.failure_rate = fraction(policy.failure_rate());
        self.slow_call_rate = fraction(policy.slow_call_rate());
        self.outcomes = kept;
        self.outcomes = match policy.window() {
            Window::Calls(_) => self.window(now),
            Window::Time(_) => self.outcomes.clone(),
        };
    }

    pub(super) fn snapshot(&self, now: u64, born: u64) -> BreakerSnapshot {
        let (state, retry_after) = match self.state {
            State::Open { until, .. } if now >= until => (CircuitState::HalfOpen, None),
            State::Open { until, .. } => (CircuitState::Open, Some(Duration::from_millis(until - now))),
            state => (state.name(), None),
        };
        let window = self.window(now);
        let mut statistics = self.counts.clone();
        statistics.changes = self.changes.len() as u64;
        let forgotten = self.changes.len().saturating_sub(32);
        statistics.latest_changes = self.changes[forgotten..].to_vec();
        let (mut since, mut in_state) = (Duration::from_millis(born), CircuitState::Closed);
        let ends = self.changes.iter().map(|change| (change.at, change.to));
        for (at, to) in ends.chain([(Duration::from_millis(now), in_state)]) {
            let spent = match in_state {
                CircuitState::Closed => &mut statistics.closed_for,
                CircuitState::Open => &mut statistics.open_for,
                CircuitState::HalfOpen => &mut statistics.half_open_for,
            };
            *spent += at.saturating_sub(since);
            (since, in_state) = (at, to);
        }
        let snapshot = BreakerSnapshot {
            state,
            mode: match self.state {
                State::Held(mode) => mode,
                _ => BreakerMode::Automatic,
            },
            retry_after,
            failures: match self.state {
                State::Closed { .. } if self.is_counted_in_window() => window
                    .iter()
                    .filter(|(_, failed, _)| *failed)
                    .count()
                    .try_into()
                    .unwrap(),
                _ => self.failures(),
            },
            calls_in_window: window.len() as u64,
            failed_in_window: window.iter().filter(|(_, failed, _)| *failed).count() as u64,
            slow_in_window: window.iter().filter(|(.., slow)| *slow).count() as u64,
            statistics,
        };
        if self.policy.enabled() {
            snapshot
        } else {
            // A breaker that is switched off is closed to whoever asks.
            BreakerSnapshot {
                state: CircuitState::Closed,
                retry_after: None,
                ..snapshot
            }
        }
    }
}

impl State {
    const CLOSED: Self = Self::Closed {
        failures: 0,
        run: None,
        ramp: None,
    };

    fn name(self) -> CircuitState {
        match self {
            Self::Closed { .. } | Self::Held(BreakerMode::ForcedClosed | BreakerMode::Disabled) => CircuitState::Closed,
            Self::Open { .. } | Self::Held(_) => CircuitState::Open,
            Self::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }
}

fn tenth(length: Duration) -> u64 {
    millis(length).div_ceil(10)
}

/// The share as a fraction of whole numbers: the one that the schedule has written as a quotient.
#[allow(clippy::float_cmp, reason = "the very same quotient")]
fn fraction(share: f64) -> (u64, u64) {
    (1..=LARGEST_WHOLE)
        .flat_map(|whole| (0..=whole).map(move |part| (part, whole)))
        .find(|(part, whole)| f64::from(*part) / f64::from(*whole) == share)
        .map(|(part, whole)| (part.into(), whole.into()))
        .expect("a share of so many calls")
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
fn hundredths(rate: f64) -> u64 {
    (rate * 100.0).round() as u64
}
