//! What a budget asks its policy, in one word: it can be read without a lock, and is never half of one policy and half of another.

use crate::policy::BudgetPolicy;

/// A budget's policy in brief, in thousandths of a token.
///
/// ```text
/// 63        59   58     57    44 43      34 33         14 13       0
/// [          ][enabled][deposit][throttled][min_per_second][capacity]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms(u64);

const CAPACITY_BITS: u32 = 14;
const PER_SECOND_SHIFT: u32 = CAPACITY_BITS;
const PER_SECOND_BITS: u32 = 20;
const THROTTLED_SHIFT: u32 = PER_SECOND_SHIFT + PER_SECOND_BITS;
const THROTTLED_BITS: u32 = 10;
const DEPOSIT_SHIFT: u32 = THROTTLED_SHIFT + THROTTLED_BITS;
const DEPOSIT_BITS: u32 = 14;
const ENABLED: u64 = 1 << (DEPOSIT_SHIFT + DEPOSIT_BITS);

impl From<&BudgetPolicy> for Terms {
    fn from(policy: &BudgetPolicy) -> Self {
        Self(
            u64::from(policy.capacity())
                | (thousandths(policy.min_per_second()) << PER_SECOND_SHIFT)
                | (thousandths(policy.throttled_cost()) << THROTTLED_SHIFT)
                | (thousandths(policy.deposit()) << DEPOSIT_SHIFT)
                | if policy.enabled() { ENABLED } else { 0 },
        )
    }
}

impl Terms {
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) const fn enabled(self) -> bool {
        self.0 & ENABLED != 0
    }

    /// In tokens.
    pub(super) const fn capacity(self) -> u64 {
        self.part(0, CAPACITY_BITS)
    }

    pub(super) const fn min_per_second(self) -> u64 {
        self.part(PER_SECOND_SHIFT, PER_SECOND_BITS)
    }

    pub(super) const fn throttled_cost(self) -> u64 {
        self.part(THROTTLED_SHIFT, THROTTLED_BITS)
    }

    pub(super) const fn deposit(self) -> u64 {
        self.part(DEPOSIT_SHIFT, DEPOSIT_BITS)
    }

    const fn part(self, shift: u32, bits: u32) -> u64 {
        (self.0 >> shift) & ((1 << bits) - 1)
    }
}

/// Tokens in thousandths; the policy's ranges keep it small.
fn thousandths(tokens: f64) -> u64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "validated to 0..=1,000"
    )]
    {
        (tokens * 1_000.0).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_policy_has_room_at_both_ends_of_its_range() {
        for enabled in [false, true] {
            for (deposit, throttled_cost, min_per_second, capacity) in
                [(0.0, 0.0, 0.0, 1), (10.0, 1.0, 1_000.0, 10_000)]
            {
                let policy = BudgetPolicy::builder()
                    .enabled(enabled)
                    .deposit(deposit)
                    .throttled_cost(throttled_cost)
                    .min_per_second(min_per_second)
                    .capacity(capacity)
                    .build()
                    .unwrap();

                let terms = Terms::from_bits(Terms::from(&policy).to_bits());

                assert_eq!(terms.enabled(), enabled);
                assert_eq!(terms.capacity(), u64::from(capacity));
                assert_eq!(
                    [terms.deposit(), terms.throttled_cost(), terms.min_per_second()],
                    [deposit, throttled_cost, min_per_second].map(thousandths)
                );
            }
        }
    }
}
