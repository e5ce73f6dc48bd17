use super::{
    backoff::{Backoff, Jitter},
    invalid::{InvalidPolicy, within},
};
use crate::delay;
use std::{
    hash::{Hash, Hasher},
    mem,
    time::Duration,
};

/// When and how often a failed attempt is followed by another: complete and valid.
///
/// The delay before retry `n` is `backoff(n)`, then `jitter`, then raised to `min_delay`, then cut at `max_delay`, then
/// raised to what the server asked for (`Retry-After`). All arithmetic saturates.
///
/// | field | default | range |
/// | --- | --- | --- |
/// | `max_attempts` | 3 | 1 to 1,000,000; all attempts, the first included |
/// | `backoff` | exponential | |
/// | `base_delay` | 100 ms | up to `max_delay` |
/// | `factor` | 2 | 1 to 1,000 |
/// | `jitter` | full | proportional: 0 to 1 |
/// | `min_delay` | 0 | up to `max_delay` |
/// | `max_delay` | 10 s | up to 1 day |
/// | `total_timeout` | 300 s | more than 0, up to 1 day |
/// | `max_retry_after` | 60 s | up to 1 day |
/// | `max_depth` | 1 | 1 to 255 |
///
/// ```
/// use resilience_core::RetryPolicy;
///
/// assert_eq!(RetryPolicy::DEFAULT.max_attempts(), 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RetryPolicy {
    max_attempts: u32,
    backoff: Backoff,
    base_delay: Duration,
    min_delay: Duration,
    max_delay: Duration,
    factor: f64,
    jitter: Jitter,
    total_timeout: Duration,
    max_retry_after: Duration,
    max_depth: u16,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl RetryPolicy {
    /// What holds where nobody says otherwise.
    pub const DEFAULT: Self = Self {
        max_attempts: 3,
        backoff: Backoff::Exponential,
        base_delay: Duration::from_millis(100),
        min_delay: Duration::ZERO,
        max_delay: Duration::from_secs(10),
        factor: 2.0,
        jitter: Jitter::Full,
        total_timeout: Duration::from_secs(300),
        max_retry_after: Duration::from_secs(60),
        max_depth: 1,
    };

    /// What holds for operations that are not retried, whatever their policy says.
    pub(crate) const ONE_ATTEMPT: Self = Self {
        max_attempts: 1,
        ..Self::DEFAULT
    };

    /// The same for one attempt.
    pub(crate) const fn once(self) -> Self {
        Self {
            max_attempts: 1,
            ..self
        }
    }

    /// Equal policies have the same digest.
    pub(crate) fn digest(&self, hasher: &mut impl Hasher) {
        let Self {
            max_attempts,
            backoff,
            base_delay,
            min_delay,
            max_delay,
            factor,
            jitter,
            total_timeout,
            max_retry_after,
            max_depth,
        } = self;
        let spread = match jitter {
            // Plus zero, so that there is only one zero.
            Jitter::Proportional(spread) => (spread + 0.0).to_bits(),
            _ => 0,
        };
        let kinds = (mem::discriminant(backoff), mem::discriminant(jitter));
        let delays = (base_delay, min_delay, max_delay);
        let numbers = (max_attempts, factor.to_bits(), spread, max_depth);
        (kinds, delays, numbers, total_timeout, max_retry_after).hash(hasher);
    }

    /// Starts a policy in which everything that is not set has its default.
    pub const fn builder() -> RetryOptions {
        RetryOptions::new()
    }

    /// This policy with `layer` put over it.
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose resulting value is out of range.
    pub fn layered(&self, layer: &RetryOptions) -> Result<Self, InvalidPolicy> {
        let max_attempts = match (layer.max_attempts, layer.max_retries) {
            (Some(_), Some(retries)) => {
                return Err(InvalidPolicy::new(
                    "max_retries",
                    format_args!("{retries} beside `max_attempts`"),
                    "left out: the two say the same, `max_retries = n` means `max_attempts = n + 1`",
                ));
            }
            (Some(attempts), None) => attempts,
            (None, Some(retries)) => retries.saturating_add(1),
            (None, None) => self.max_attempts,
        };
        let policy = Self {
            max_attempts,
            backoff: layer.backoff.unwrap_or(self.backoff),
            base_delay: layer.base_delay.unwrap_or(self.base_delay),
            min_delay: layer.min_delay.unwrap_or(self.min_delay),
            max_delay: layer.max_delay.unwrap_or(self.max_delay),
            factor: layer.factor.unwrap_or(self.factor),
            jitter: layer.jitter.unwrap_or(self.jitter),
            total_timeout: layer.total_timeout.unwrap_or(self.total_timeout),
            max_retry_after: layer.max_retry_after.unwrap_or(self.max_retry_after),
            max_depth: layer.max_depth.unwrap_or(self.max_depth),
        };
        policy.validate()?;
        Ok(policy)
    }

    fn validate(&self) -> Result<(), InvalidPolicy> {
        within("max_attempts", self.max_attempts, 1, 1_000_000)?;
        within("max_delay", self.max_delay, Duration::ZERO, DAY)?;
        self.below_cap("base_delay", self.base_delay)?;
        self.below_cap("min_delay", self.min_delay)?;
        within("factor", self.factor, 1.0, 1_000.0)?;
        if let Jitter::Proportional(spread) = self.jitter {
            within("jitter", spread, 0.0, 1.0)?;
        }
        within("total_timeout", self.total_timeout, Duration::from_nanos(1), DAY)?;
        self.leaves_time_for_a_retry()?;
        within("max_retry_after", self.max_retry_after, Duration::ZERO, DAY)?;
        within("max_depth", self.max_depth, 1, 255)
    }

    fn below_cap(&self, field: &'static str, delay: Duration) -> Result<(), InvalidPolicy> {
        if delay <= self.max_delay {
            return Ok(());
        }
        Err(InvalidPolicy::new(
            field,
            format_args!("{delay:?}"),
            format_args!("0ns to {:?}, which is `max_delay`: raise that too", self.max_delay),
        ))
    }

    /// Refuses a policy that allows retries of which none could ever be made.
    fn leaves_time_for_a_retry(&self) -> Result<(), InvalidPolicy> {
        let shortest = delay::before_retry(self, 1, None, || 0.0);
        if self.max_attempts == 1 || shortest < self.total_timeout {
            return Ok(());
        }
        Err(InvalidPolicy::new(
            "total_timeout",
            format_args!("{:?}", self.total_timeout),
            format_args!(
                "longer than the wait before the first retry, at least {shortest:?}: raise it, or lower `base_delay` and `min_delay`"
            ),
        ))
    }

    /// The number of attempts at the most, the first included.
    #[must_use]
    pub const fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// How the delay grows.
    #[must_use]
    pub const fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// The delay before the first retry, before jitter.
    #[must_use]
    pub const fn base_delay(&self) -> Duration {
        self.base_delay
    }

    /// The floor of every delay.
    #[must_use]
    pub const fn min_delay(&self) -> Duration {
        self.min_delay
    }

    /// The cap of every delay that we compute; only a server's hint may ask for more.
    #[must_use]
    pub const fn max_delay(&self) -> Duration {
        self.max_delay
    }

    /// The factor of [`Backoff::Exponential`].
    #[must_use]
    pub const fn factor(&self) -> f64 {
        self.factor
    }

    /// How chance spreads the delay.
    #[must_use]
    pub const fn jitter(&self) -> Jitter {
        self.jitter
    }

    /// The time for a whole call: once it is over no attempt starts, and no wait lasts until then.
    ///
    /// It bounds the calls inside, too, those inside the first attempt included: their waits, the start of their attempts and their
    /// async attempts, which are cut at its end. It begins with the first attempt of a synchronous call; in an async one when
    /// something first waits or needs a clock. A call that gets one attempt bounds what is inside as well.
    #[must_use]
    pub const fn total_timeout(&self) -> Duration {
        self.total_timeout
    }

    /// The longest server hint that is waited for; a longer one ends the call.
    #[must_use]
    pub const fn max_retry_after(&self) -> Duration {
        self.max_retry_after
    }

    /// How many enclosing calls that may still retry it takes to forbid retries here.
    #[must_use]
    pub const fn max_depth(&self) -> u16 {
        self.max_depth
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The retry settings that one layer states; what it leaves open falls through to the layer below.
///
/// Also the builder of a [`RetryPolicy`]: [`build`](Self::build) puts it over [`RetryPolicy::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct RetryOptions {
    pub(crate) max_attempts: Option<u32>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) backoff: Option<Backoff>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) base_delay: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) min_delay: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) max_delay: Option<Duration>,
    pub(crate) factor: Option<f64>,
    pub(crate) jitter: Option<Jitter>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) total_timeout: Option<Duration>,
    #[cfg_attr(feature = "serde", serde(with = "super::duration_text"))]
    pub(crate) max_retry_after: Option<Duration>,
    pub(crate) max_depth: Option<u16>,
}

impl RetryOptions {
    /// A layer that states nothing.
    pub const fn new() -> Self {
        Self {
            max_attempts: None,
            max_retries: None,
            backoff: None,
            base_delay: None,
            min_delay: None,
            max_delay: None,
            factor: None,
            jitter: None,
            total_timeout: None,
            max_retry_after: None,
            max_depth: None,
        }
    }

    /// The number of attempts at the most, the first included: 1 to 1,000,000.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// The number of attempts after the first: `n` means `max_attempts = n + 1`. Not together with `max_attempts`.
    pub const fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// How the delay grows.
    pub const fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = Some(backoff);
        self
    }

    /// The delay before the first retry, before jitter: up to `max_delay`.
    pub const fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = Some(delay);
        self
    }

    /// The floor of every delay: up to `max_delay`.
    pub const fn min_delay(mut self, delay: Duration) -> Self {
        self.min_delay = Some(delay);
        self
    }

    /// The cap of every delay: up to 1 day.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = Some(delay);
        self
    }

    /// The factor of [`Backoff::Exponential`]: 1 to 1,000.
    pub const fn factor(mut self, factor: f64) -> Self {
        self.factor = Some(factor);
        self
    }

    /// How chance spreads the delay.
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = Some(jitter);
        self
    }

    /// The time for a whole call: more than 0, up to 1 day.
    pub const fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = Some(timeout);
        self
    }

    /// The longest server hint that is waited for: up to 1 day.
    pub const fn max_retry_after(mut self, hint: Duration) -> Self {
        self.max_retry_after = Some(hint);
        self
    }

    /// How many enclosing calls that may still retry it takes to forbid retries here: 1 to 255.
    pub const fn max_depth(mut self, depth: u16) -> Self {
        self.max_depth = Some(depth);
        self
    }

    /// The policy that this layer makes of [`RetryPolicy::DEFAULT`].
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose value is out of range.
    pub fn build(self) -> Result<RetryPolicy, InvalidPolicy> {
        RetryPolicy::DEFAULT.layered(&self)
    }

    /// This layer where it states something, `below` where it does not.
    pub(crate) fn over(self, below: Self) -> Self {
        // The two spellings of one setting replace each other.
        let states_attempts = self.max_attempts.is_some() || self.max_retries.is_some();
        Self {
            max_attempts: if states_attempts {
                self.max_attempts
            } else {
                below.max_attempts
            },
            max_retries: if states_attempts {
                self.max_retries
            } else {
                below.max_retries
            },
            backoff: self.backoff.or(below.backoff),
            base_delay: self.base_delay.or(below.base_delay),
            min_delay: self.min_delay.or(below.min_delay),
            max_delay: self.max_delay.or(below.max_delay),
            factor: self.factor.or(below.factor),
            jitter: self.jitter.or(below.jitter),
            total_timeout: self.total_timeout.or(below.total_timeout),
            max_retry_after: self.max_retry_after.or(below.max_retry_after),
            max_depth: self.max_depth.or(below.max_depth),
        }
    }
}
