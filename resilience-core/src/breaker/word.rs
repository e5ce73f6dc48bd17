//! The layout of the breaker's word.
//!
//! ```text
//! 63            42 41  40 39                                  0
//! [ generation 22 ][state][ payload 40                         ]
//!                    0    closed: timed 1, recorded 1, dated 1, spanned 1, ramping 1, failures 20
//!                    1    open: reopenings 5, deadline 35
//!                    2    half-open: reopenings 5, successes 8
//!                    3    held: mode 2
//! ```
//!
//! *Recorded* means that successes must be recorded, too: the window has a failure or a slow call in it, or is a window of
//! calls that is not yet full. *Timed* means that attempts need the time at which they began, *dated* that outcomes need the
//! time at which they come: the window is one of time. *Spanned* means that the beginning of the present run of failures is
//! known, *ramping* that only a share of the calls is admitted. All are clear under the default policy, so that a closed breaker
//! without failures is the word whose low 42 bits are zero.
//!
//! Bit 34 stays clear in a closed word: it is what tells a permit that knows a time from a word.

use super::control::BreakerMode;
use crate::sync::seeded;
use std::time::Duration;

const STATE_SHIFT: u32 = 40;
const GENERATION_SHIFT: u32 = 42;
const PAYLOAD_MASK: u64 = (1 << STATE_SHIFT) - 1;

const OPEN: u64 = 1;
const HALF_OPEN: u64 = 2;
const HELD: u64 = 3;

const FAILURE_BITS: u32 = 20;
const RAMPING: u64 = 1 << 35;
const SPANNED: u64 = 1 << 36;
const DATED: u64 = 1 << 37;
const RECORDED: u64 = 1 << 38;
const TIMED: u64 = 1 << 39;

const DEADLINE_BITS: u32 = 35;
const SUCCESS_BITS: u32 = 8;
const REOPENING_BITS: u32 = 5;

/// Milliseconds since the origin of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick(pub(crate) u64);

impl Tick {
    pub(crate) fn at(time: Duration) -> Self {
        let seconds = time.as_secs().saturating_mul(1_000);
        Self(seconds.saturating_add(time.subsec_millis().into()))
    }

    /// This tick and `more`.
    pub(crate) fn plus(self, more: Ticks) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    /// This tick plus `duration`, rounded up to whole ticks so that no wait ends early.
    pub(crate) fn after(self, duration: Duration) -> Self {
        self.plus(Ticks::of(duration))
    }

    /// The time since `earlier`; none where the clock was put back.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// A number of milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticks(pub(crate) u64);

impl Ticks {
    /// As many as `duration` takes, the last one begun.
    pub(crate) fn of(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }

    /// As many and `more`.
    #[inline]
    pub(crate) fn plus(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

impl From<Ticks> for Duration {
    fn from(ticks: Ticks) -> Self {
        Self::from_millis(ticks.0)
    }
}

/// The end of an open period, as far as the word has room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(u64);

impl Deadline {
    /// No open period is longer than the longest recovery time, one day, with all of its jitter, another day; a minute more for
    /// threads whose clock is a little behind.
    const LONGEST: u64 = (2 * 24 * 60 + 1) * 60 * 1_000;

    pub(crate) fn at(tick: Tick) -> Self {
        Self(tick.0 & ((1 << DEADLINE_BITS) - 1))
    }

    /// Whether it comes before `other`, of the same open period.
    pub(crate) fn is_before(self, other: Self) -> bool {
        other.left(Tick(self.0)).is_some()
    }

    /// The time left at `now`; none where the deadline is reached.
    ///
    /// What seems to be further ahead than any open period can last lies behind: the circuit was idle for long, or the
    /// clock was put back.
    #[inline]
    pub(crate) fn wait(self, now: Tick) -> Option<Duration> {
        self.left(now).map(Duration::from)
    }

    #[inline]
    pub(crate) fn left(self, now: Tick) -> Option<Ticks> {
        let left = self.0.wrapping_sub(now.0) & ((1 << DEADLINE_BITS) - 1);
        (1..=Self::LONGEST).contains(&left).then_some(Ticks(left))
    }
}

/// What the word says, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Closed(Closed),
    Open { deadline: Deadline, reopenings: u32 },
    HalfOpen { successes: u8, reopenings: u32 },
    Held(BreakerMode),
}

/// What a closed breaker remembers in its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a bit of the word")]
pub(crate) struct Closed {
    pub(crate) failures: u32,
    /// Whether it is known when the present run of failures began.
    pub(crate) spanned: bool,
    /// Whether only a share of the calls is admitted.
    pub(crate) ramping: bool,
    pub(crate) recorded: bool,
    pub(crate) timed: bool,
    pub(crate) dated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) u64);

impl Word {
    pub(crate) const GENERATION_BITS: u32 = 64 - GENERATION_SHIFT;

    /// More reopenings in a row than this are not told apart.
    pub(crate) const MAX_REOPENINGS: u32 = (1 << REOPENING_BITS) - 1;

    /// The first word of a breaker.
    pub(crate) const fn first(closed: Closed) -> Self {
        Self(closed.payload())
    }

    /// Closed, nothing bad remembered, and nothing to be done for any rule.
    #[inline]
    pub(crate) const fn is_healthy(self) -> bool {
        self.0 << (64 - GENERATION_SHIFT) == 0
    }

    /// Closed, and no failure in a row: for a success there is no more to do than to count it, as far as the word can say.
    #[inline]
    pub(crate) const fn has_no_failures(self) -> bool {
        (self.0 & !(TIMED | DATED | RECORDED | RAMPING)) << (64 - GENERATION_SHIFT) == 0
    }

    #[inline]
    const fn is_closed(self) -> bool {
        self.0 & (0b11 << STATE_SHIFT) == 0
    }

    /// Closed, and not ramping: each attempt may be made, whatever is remembered.
    #[inline]
    pub(crate) const fn admits_all(self) -> bool {
        self.0 & (0b11 << STATE_SHIFT | RAMPING) == 0
    }

    /// What the word of a closed breaker remembers; nothing for others.
    #[inline]
    pub(crate) const fn closed(self) -> Option<Closed> {
        if !self.is_closed() {
            return None;
        }
        #[allow(clippy::cast_possible_truncation, reason = "20 bits")]
        Some(Closed {
            failures: (self.0 & ((1 << FAILURE_BITS) - 1)) as u32,
            spanned: self.0 & SPANNED != 0,
            ramping: self.0 & RAMPING != 0,
            recorded: self.is_recorded(),
            timed: self.is_timed(),
            dated: self.is_dated(),
        })
    }

    /// The same generation, closed, and remembering this.
    #[inline]
    pub(crate) const fn with_closed(self, closed: Closed) -> Self {
        Self(self.0 >> GENERATION_SHIFT << GENERATION_SHIFT | closed.payload())
    }

    /// Of a closed breaker: whether attempts need the time at which they began.
    #[inline]
    pub(crate) const fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    /// Of a closed breaker: whether successes must be recorded.
    #[inline]
    pub(crate) const fn is_recorded(self) -> bool {
        self.0 & RECORDED != 0
    }

    /// Of a closed breaker: whether outcomes need the time at which they come.
    #[inline]
    pub(crate) const fn is_dated(self) -> bool {
        self.0 & DATED != 0
    }

    /// Where the word is that of an open circuit, its end.
    #[inline]
    pub(crate) const fn deadline(self) -> Option<Deadline> {
        if (self.0 >> STATE_SHIFT) & 0b11 == OPEN {
            Some(Deadline(self.0 & ((1 << DEADLINE_BITS) - 1)))
        } else {
            None
        }
    }

    #[inline]
    pub(crate) const fn generation(self) -> u32 {
        #[allow(clippy::cast_possible_truncation, reason = "22 bits")]
        {
            (self.0 >> GENERATION_SHIFT) as u32
        }
    }

    #[inline]
    pub(crate) fn state(self) -> State {
        let payload = self.0 & PAYLOAD_MASK;
        let field = |shift: u32, bits: u32| (payload >> shift) & ((1 << bits) - 1);
        #[allow(clippy::cast_possible_truncation, reason = "each field is cut to its width")]
        match (self.0 >> STATE_SHIFT) & 0b11 {
            OPEN => State::Open {
                deadline: Deadline(field(0, DEADLINE_BITS)),
                reopenings: field(DEADLINE_BITS, REOPENING_BITS) as u32,
            },
            HALF_OPEN => State::HalfOpen {
                successes: field(0, SUCCESS_BITS) as u8,
                reopenings: field(SUCCESS_BITS, REOPENING_BITS) as u32,
            },
            HELD => State::Held(match payload {
                1 => BreakerMode::ForcedOpen,
                2 => BreakerMode::ForcedClosed,
                _ => BreakerMode::Disabled,
            }),
            _ => State::Closed(self.closed().unwrap_or_default()),
        }
    }

    /// The same generation in `state`.
    pub(crate) fn with(self, state: State) -> Self {
        Self::pack(u64::from(self.generation()), state)
    }

    /// The next generation, in `state`. The number wraps: a result would have to be 4,194,304 transitions late to be
    /// mistaken for a present one.
    pub(crate) fn turned(self, state: State) -> Self {
        Self::pack(u64::from(self.generation()) + 1, state)
    }

    fn pack(generation: u64, state: State) -> Self {
        let reopenings = |n: u32| u64::from(n.min(Self::MAX_REOPENINGS));
        let (code, payload) = match state {
            State::Closed(closed) => (0, closed.payload()),
            State::Open {
                deadline,
                reopenings: n,
            } => (OPEN, deadline.0 | (reopenings(n) << DEADLINE_BITS)),
            State::HalfOpen {
                successes,
                reopenings: n,
            } => (HALF_OPEN, u64::from(successes) | (reopenings(n) << SUCCESS_BITS)),
            State::Held(BreakerMode::ForcedOpen) => (HELD, 1),
            State::Held(BreakerMode::ForcedClosed) => (HELD, 2),
            State::Held(BreakerMode::Disabled | BreakerMode::Automatic) => (HELD, 3),
        };
        Self((generation << GENERATION_SHIFT) | (code << STATE_SHIFT) | payload)
    }
}

impl Closed {
    /// The same with so many failures. Fewer than two are no run.
    pub(crate) fn with_failures(self, failures: u32) -> Self {
        Self {
            failures,
            spanned: self.spanned && (failures > 1 || seeded("run_of_before")),
            ..self
        }
    }

    const fn payload(self) -> u64 {
        const MOST: u32 = (1 << FAILURE_BITS) - 1;
        let failures = if self.failures < MOST { self.failures } else { MOST };
        failures as u64
            | if self.recorded { RECORDED } else { 0 }
            | if self.timed { TIMED } else { 0 }
            | if self.dated { DATED } else { 0 }
            | if self.spanned { SPANNED } else { 0 }
            | if self.ramping { RAMPING } else { 0 }
    }
}
