//! The live retry budget: a token bucket in one atomic word.
//!
//! The word holds what is *missing*, so that a full bucket is a fixed point: a success finds nothing to add and stores
//! nothing. What flows in with time is added when a retry asks.
//!
//! ```text
//! 63                          30 29                         0
//! [ missing 34, millionths     ][ last inflow 30, ms        ]
//! ```
//!
//! A rate in thousandths of a token a second is a whole number of millionths a millisecond: nothing is ever rounded.

use crate::{
    breaker::Tick,
    policy::BudgetPolicy,
    sync::{AtomicU64, Ordering},
};

const TIME_BITS: u32 = 30;
const TIME_MASK: u64 = (1 << TIME_BITS) - 1;
const TOKEN: u64 = 1_000_000;
/// A clock that seems to have gone back by no more than this has; by more, it is the time that has wrapped.
const BEHIND: u64 = 60_000;

#[derive(Debug)]
pub(crate) struct Budget {
    word: AtomicU64,
}

#[derive(Clone, Copy)]
struct Bucket {
    missing: u64,
    inflow_at: u64,
}

impl Bucket {
    fn unpack(word: u64) -> Self {
        Self {
            missing: word >> TIME_BITS,
            inflow_at: word & TIME_MASK,
        }
    }

    fn pack(self) -> u64 {
        (self.missing << TIME_BITS) | (self.inflow_at & TIME_MASK)
    }

    /// Adds what flowed in until `now`.
    ///
    /// After twelve idle days the time has wrapped, and less may have flowed in than was due: never more. Whoever read the
    /// clock just before another, and asks just after it, adds nothing.
    fn filled(self, now: Tick, policy: &BudgetPolicy) -> Self {
        let elapsed = now.0.wrapping_sub(self.inflow_at) & TIME_MASK;
        if elapsed > TIME_MASK - BEHIND {
            return self;
        }
        Self {
            // Never more than is missing in an empty bucket: it may have been larger before.
            missing: self
                .missing
                .min(u64::from(policy.capacity()) * TOKEN)
                .saturating_sub(elapsed * thousandths(policy.min_per_second())),
            inflow_at: now.0,
        }
    }
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
        }
    }

    /// Whether a success would add nothing.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        // Relaxed, here and below: the bucket publishes nothing but itself.
        self.word.load(Ordering::Relaxed) >> TIME_BITS == 0
    }

    /// What a success earns.
    pub(crate) fn deposit(&self, policy: &BudgetPolicy) {
        let capacity = u64::from(policy.capacity()) * TOKEN;
        self.give(thousandths(policy.deposit()) * (TOKEN / 1_000), capacity);
    }

    /// Gives back a token whose retry did not start.
    pub(crate) fn refund(&self) {
        self.give(TOKEN, u64::MAX);
    }

    /// Takes one token for a retry; `false` where there is none.
    pub(crate) fn withdraw(&self, now: Tick, policy: &BudgetPolicy) -> bool {
        self.change(|word| {
            let bucket = Bucket::unpack(word).filled(now, policy);
            let missing = bucket.missing + TOKEN;
            (missing <= u64::from(policy.capacity()) * TOKEN).then(|| Bucket { missing, ..bucket }.pack())
        })
    }

    /// The whole and partial tokens that a retry would find at `now`.
    pub(crate) fn tokens(&self, now: Tick, policy: &BudgetPolicy) -> f64 {
        let bucket = Bucket::unpack(self.word.load(Ordering::Relaxed)).filled(now, policy);
        let left = (u64::from(policy.capacity()) * TOKEN).saturating_sub(bucket.missing);
        #[allow(clippy::cast_precision_loss, reason = "at most 10^10")]
        {
            left as f64 / 1e6
        }
    }

    /// Adds `amount` to what a bucket of that capacity holds: it may have been larger before.
    fn give(&self, amount: u64, capacity: u64) {
        self.change(|word| {
            let bucket = Bucket::unpack(word);
            let missing = bucket.missing.min(capacity).saturating_sub(amount);
            (missing != bucket.missing).then(|| Bucket { missing, ..bucket }.pack())
        });
    }

    /// Applies `change` until it stands; `false` where there is nothing to change.
    fn change(&self, change: impl Fn(u64) -> Option<u64>) -> bool {
        self.word
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change)
            .is_ok()
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
#[cfg(not(resilience_loom))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn policy(deposit: f64, min_per_second: f64, capacity: u32) -> BudgetPolicy {
        BudgetPolicy::builder()
            .deposit(deposit)
            .min_per_second(min_per_second)
            .capacity(capacity)
            .build()
            .unwrap()
    }

    #[test]
    fn starts_full_and_a_success_on_a_full_bucket_changes_nothing() {
        let budget = Budget::new();
        budget.deposit(&BudgetPolicy::DEFAULT);
        assert!(budget.is_full());
        assert_eq!(budget.word.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn ten_successes_earn_one_retry_by_default() {
        let budget = Budget::new();
        let policy = policy(0.1, 0.0, 2);
        assert!(budget.withdraw(Tick(0), &policy));
        assert!(budget.withdraw(Tick(0), &policy));
        assert!(!budget.withdraw(Tick(0), &policy));

        for _ in 0..9 {
            budget.deposit(&policy);
        }
        assert!(!budget.withdraw(Tick(0), &policy));
        budget.deposit(&policy);
        assert!(budget.withdraw(Tick(0), &policy));
    }

    #[test]
    fn a_rare_caller_has_one_retry_a_second() {
        let budget = Budget::new();
        let policy = policy(0.0, 1.0, 1);
        assert!(budget.withdraw(Tick(500), &policy));
        assert!(!budget.withdraw(Tick(1_499), &policy));
        assert!(budget.withdraw(Tick(1_500), &policy));
    }

    #[test]
    fn a_refund_gives_the_token_back() {
        let budget = Budget::new();
        let policy = policy(0.0, 0.0, 1);
        assert!(budget.withdraw(Tick(0), &policy));
        budget.refund();
        assert!(budget.withdraw(Tick(0), &policy));
        assert!(!budget.withdraw(Tick(0), &policy));
    }

    #[test]
    fn inflow_is_exact_however_often_it_is_asked_for() {
        let policy = policy(0.0, 0.7, 10_000);
        let budget = Budget::new();
        for _ in 0..10_000 {
            assert!(budget.withdraw(Tick(0), &policy));
        }
        // 0.7 a second: 10,000 s bring 7,000 tokens.
        let granted = (0..=10_000_000)
            .step_by(7)
            .filter(|now| budget.withdraw(Tick(*now), &policy))
            .count();
        assert_eq!(granted, 6_999);
        assert!(budget.withdraw(Tick(10_000_000), &policy));
    }

    proptest! {
        #[test]
        fn follows_a_naive_bucket(
            capacity in 1..20_u32,
            steps in proptest::collection::vec((0..3_u8, 0..3_000_u64), 1..200),
        ) {
            let policy = policy(0.1, 1.0, capacity);
            let budget = Budget::new();
            let (mut naive, mut now) = (u64::from(capacity) * 1_000, 0);
            let full = naive;
            for (what, wait) in steps {
                now += wait;
                match what {
                    0 => {
                        budget.deposit(&policy);
                        naive = (naive + wait + 100).min(full);
                        // The deposit itself does not look at the clock: bring both to the same instant.
                        let _ = budget.tokens(Tick(now), &policy);
                    }
                    1 => {
                        naive = (naive + wait).min(full);
                        let granted = naive >= 1_000;
                        prop_assert_eq!(budget.withdraw(Tick(now), &policy), granted);
                        naive -= if granted { 1_000 } else { 0 };
                    }
                    _ => {
                        naive = (naive + wait).min(full);
                        let tokens = budget.tokens(Tick(now), &policy);
                        #[allow(clippy::cast_precision_loss, reason = "small")]
                        let expected = naive as f64 / 1_000.0;
                        prop_assert!((tokens - expected).abs() < 1e-9, "{} is not {}", tokens, expected);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[cfg(resilience_loom)]
mod models {
    use super::*;
    use loom::{sync::Arc, thread};

    #[test]
    fn is_never_overspent_and_loses_no_deposit() {
        loom::model(|| {
            let policy = BudgetPolicy::builder()
                .deposit(0.5)
                .min_per_second(0.0)
                .capacity(1)
                .build()
                .unwrap();
            let budget = Arc::new(Budget::new());
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let budget = Arc::clone(&budget);
                    thread::spawn(move || {
                        let granted = budget.withdraw(Tick(0), &policy);
                        budget.deposit(&policy);
                        granted
                    })
                })
                .collect();
            let granted = threads
                .into_iter()
                .filter_map(|thread| thread.join().ok())
                .filter(|granted| *granted)
                .count();

            // One token, and two deposits of a half: a second retry at the most, and what is left adds up.
            assert!((1..=2).contains(&granted), "{granted} granted");
            let tokens = budget.tokens(Tick(0), &policy);
            let full = 1.0_f64;
            assert!(tokens <= full && tokens >= 0.0);
            if granted == 1 {
                assert!(tokens >= 0.5, "{tokens} left after one retry");
            }
        });
    }
}
