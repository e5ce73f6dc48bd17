use super::invalid::{InvalidPolicy, within};

/// How many retries a service may cause beside its successes: complete and valid.
///
/// A bucket of tokens: every success deposits `deposit`, every retry withdraws one token, and `min_per_second` tokens flow
/// in each second whatever happens, for callers too rare to earn any. The bucket starts full.
///
/// A retry after a throttled failure withdraws `throttled_cost`: a service that says "too many requests" is alive, and mostly
/// says when to come back. A retry that is not made, because its caller gives up in the sleep before it, gets back what it
/// was charged. One that the bucket does not hold enough for is not made: the call returns its last outcome, and no enclosing
/// call retries that.
///
/// | field | default | range |
/// | --- | --- | --- |
/// | `enabled` | true | without a budget every retry is granted |
/// | `deposit` | 0.1 token per success | 0, or 0.001 to 10 |
/// | `throttled_cost` | 1 token | 0, or 0.001 to 1 |
/// | `min_per_second` | 1 | 0, or 0.001 to 1,000 |
/// | `capacity` | 100 tokens | 1 to 10,000 |
///
/// Parts of a token are counted in thousandths: a value is rounded to the nearest, which its getter returns.
///
/// ```
/// use resilience_core::BudgetPolicy;
///
/// assert_eq!(BudgetPolicy::DEFAULT.capacity(), 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BudgetPolicy {
    enabled: bool,
    deposit: f64,
    throttled_cost: f64,
    min_per_second: f64,
    capacity: u32,
}

impl BudgetPolicy {
    /// What holds where nobody says otherwise.
    pub const DEFAULT: Self = Self {
        enabled: true,
        deposit: 0.1,
        throttled_cost: 1.0,
        min_per_second: 1.0,
        capacity: 100,
    };

    /// No budget.
    pub(crate) const OFF: Self = Self {
        enabled: false,
        ..Self::DEFAULT
    };

    /// Starts a policy in which everything that is not set has its default.
    pub const fn builder() -> BudgetOptions {
        BudgetOptions::new()
    }

    /// This policy with `layer` put over it.
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose resulting value is out of range.
    pub fn layered(&self, layer: &BudgetOptions) -> Result<Self, InvalidPolicy> {
        let capacity = layer.capacity.unwrap_or(self.capacity);
        within("capacity", capacity, 1, 10_000)?;
        Ok(Self {
            enabled: layer.enabled.unwrap_or(self.enabled),
            deposit: parts("deposit", layer.deposit.unwrap_or(self.deposit), 10.0)?,
            throttled_cost: parts(
                "throttled_cost",
                layer.throttled_cost.unwrap_or(self.throttled_cost),
                1.0,
            )?,
            min_per_second: parts(
                "min_per_second",
                layer.min_per_second.unwrap_or(self.min_per_second),
                1_000.0,
            )?,
            capacity,
        })
    }

    /// Whether there is a budget at all.
    #[must_use]
    pub const fn enabled(&self) -> bool {
        self.enabled
    }

    /// The tokens that a success earns.
    #[must_use]
    pub const fn deposit(&self) -> f64 {
        self.deposit
    }

    /// The tokens that a retry after a throttled failure costs; any other costs one.
    #[must_use]
    pub const fn throttled_cost(&self) -> f64 {
        self.throttled_cost
    }

    /// The tokens that flow in each second whatever happens.
    #[must_use]
    pub const fn min_per_second(&self) -> f64 {
        self.min_per_second
    }

    /// The most tokens that the bucket holds.
    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.capacity
    }
}

/// Tokens in whole thousandths. One that would vanish is refused: nobody asks for a part of a token and means none.
fn parts(field: &'static str, tokens: f64, most: f64) -> Result<f64, InvalidPolicy> {
    const LEAST: f64 = 0.001;
    if tokens == 0.0 || (LEAST..=most).contains(&tokens) {
        return Ok((tokens * 1_000.0).round() / 1_000.0);
    }
    let allowed = format_args!("0, or {LEAST} to {most:?}");
    Err(InvalidPolicy::new(field, format_args!("{tokens:?}"), allowed))
}

impl Default for BudgetPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The budget settings that one layer states; what it leaves open falls through to the layer below.
///
/// Also the builder of a [`BudgetPolicy`]: [`build`](Self::build) puts it over [`BudgetPolicy::DEFAULT`].
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct BudgetOptions {
    pub(crate) enabled: Option<bool>,
    pub(crate) deposit: Option<f64>,
    pub(crate) throttled_cost: Option<f64>,
    pub(crate) min_per_second: Option<f64>,
    pub(crate) capacity: Option<u32>,
}

impl BudgetOptions {
    /// A layer that states nothing.
    pub const fn new() -> Self {
        Self {
            enabled: None,
            deposit: None,
            throttled_cost: None,
            min_per_second: None,
            capacity: None,
        }
    }

    /// Whether there is a budget at all; without one every retry is granted.
    pub const fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self
    }

    /// The tokens that a success earns: 0, or 0.001 to 10.
    pub const fn deposit(mut self, tokens: f64) -> Self {
        self.deposit = Some(tokens);
        self
    }

    /// The tokens that a retry after a throttled failure costs: 0, or 0.001 to 1. Any other costs one.
    pub const fn throttled_cost(mut self, tokens: f64) -> Self {
        self.throttled_cost = Some(tokens);
        self
    }

    /// The tokens that flow in each second whatever happens: 0, or 0.001 to 1,000.
    pub const fn min_per_second(mut self, tokens: f64) -> Self {
        self.min_per_second = Some(tokens);
        self
    }

    /// The most tokens that the bucket holds: 1 to 10,000.
    pub const fn capacity(mut self, tokens: u32) -> Self {
        self.capacity = Some(tokens);
        self
    }

    /// The policy that this layer makes of [`BudgetPolicy::DEFAULT`].
    ///
    /// # Errors
    /// [`InvalidPolicy`] names the first field whose value is out of range.
    pub fn build(self) -> Result<BudgetPolicy, InvalidPolicy> {
        BudgetPolicy::DEFAULT.layered(&self)
    }

    /// This layer where it states something, `below` where it does not.
    pub(crate) fn over(self, below: Self) -> Self {
        Self {
            enabled: self.enabled.or(below.enabled),
            deposit: self.deposit.or(below.deposit),
            throttled_cost: self.throttled_cost.or(below.throttled_cost),
            min_per_second: self.min_per_second.or(below.min_per_second),
            capacity: self.capacity.or(below.capacity),
        }
    }
}
