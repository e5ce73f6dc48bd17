use super::*;
use crate::policy::BudgetPolicy;
use proptest::prelude::*;

const FAILED: FailureKind = FailureKind::Transient;
const THROTTLED: FailureKind = FailureKind::Throttled { retry_after: None };

fn policy(deposit: f64, min_per_second: f64, capacity: u32) -> BudgetPolicy {
    BudgetPolicy::builder()
        .deposit(deposit)
        .min_per_second(min_per_second)
        .capacity(capacity)
        .build()
        .unwrap()
}

/// Whether a retry after a plain failure is granted.
fn grants(budget: &Budget, now: u64, policy: &BudgetPolicy) -> bool {
    budget.withdraw(Tick(now), FAILED, policy).is_some()
}

#[test]
fn starts_full_and_a_success_on_a_full_bucket_changes_nothing() {
    let budget = Budget::new();
    budget.deposit(&BudgetPolicy::DEFAULT);
    assert!(budget.is_full());
    assert_eq!(budget.word.load(Ordering::Relaxed), 0);
}

#[test]
fn a_bucket_that_has_filled_up_again_is_full_by_the_same_test() {
    let policy = policy(0.5, 0.0, 10);
    let budget = Budget::new();
    assert!(grants(&budget, 123_456, &policy));
    assert!(!budget.is_full());

    budget.deposit(&policy);
    assert!(!budget.is_full());
    budget.deposit(&policy);
    assert!(budget.is_full());

    let full = budget.word.load(Ordering::Relaxed);
    budget.deposit(&policy);
    assert_eq!(budget.word.load(Ordering::Relaxed), full);
}

#[test]
fn ten_successes_earn_one_retry_by_default() {
    let budget = Budget::new();
    let policy = policy(0.1, 0.0, 2);
    assert!(grants(&budget, 0, &policy));
    assert!(grants(&budget, 0, &policy));
    assert!(!grants(&budget, 0, &policy));

    for _ in 0..9 {
        budget.deposit(&policy);
    }
    assert!(!grants(&budget, 0, &policy));
    budget.deposit(&policy);
    assert!(grants(&budget, 0, &policy));
}

#[test]
fn a_rare_caller_has_one_retry_a_second() {
    let budget = Budget::new();
    let policy = policy(0.0, 1.0, 1);
    assert!(grants(&budget, 500, &policy));
    assert!(!grants(&budget, 1_499, &policy));
    assert!(grants(&budget, 1_500, &policy));
}

#[test]
fn a_refund_gives_the_token_back() {
    let budget = Budget::new();
    let policy = policy(0.0, 0.0, 1);
    let cost = budget.withdraw(Tick(0), FAILED, &policy).unwrap();
    budget.refund(cost);
    assert!(grants(&budget, 0, &policy));
    assert!(!grants(&budget, 0, &policy));
}

#[test]
fn a_refund_is_what_was_charged_whatever_the_policy_says_by_then() {
    let budget = Budget::new();
    let cheap = BudgetPolicy::builder()
        .throttled_cost(0.25)
        .deposit(0.0)
        .min_per_second(0.0)
        .capacity(1)
        .build()
        .unwrap();
    let cost = budget.withdraw(Tick(0), THROTTLED, &cheap).unwrap();
    assert!((budget.tokens(Tick(0), &cheap) - 0.75).abs() < 1e-9);

    budget.refund(cost);
    assert!(budget.is_full());
}

#[test]
fn inflow_is_exact_however_often_it_is_asked_for() {
    let policy = policy(0.0, 0.7, 10_000);
    let budget = Budget::new();
    for _ in 0..10_000 {
        assert!(grants(&budget, 0, &policy));
    }
    // 0.7 a second: 10,000 s bring 7,000 tokens.
    let granted = (0..=10_000_000)
        .step_by(7)
        .filter(|now| grants(&budget, *now, &policy))
        .count();
    assert_eq!(granted, 6_999);
    assert!(grants(&budget, 10_000_000, &policy));
}

#[test]
fn the_ratio_of_retries_to_successes_is_exact_after_any_number_of_both() {
    for per_mille in [1, 3, 7, 100, 333, 999] {
        let policy = policy(f64::from(per_mille) / 1_000.0, 0.0, 10);
        let budget = Budget::new();
        while grants(&budget, 0, &policy) {}

        let mut granted = 0;
        for success in 1..=100_000_u32 {
            budget.deposit(&policy);
            granted += u32::from(grants(&budget, 0, &policy));
            assert_eq!(granted, success * per_mille / 1_000, "{per_mille} after {success}");
        }
    }
}

proptest! {
    // No idling, however long, keeps an empty bucket from filling: not even the time that wraps.
    #[test]
    fn retries_flow_again_after_any_idling(
        idle in prop_oneof![0..3_000_000_000_u64, (1..=3_u64, 0..120_000_u64).prop_map(|(wraps, before)| (wraps << TIME_BITS) - before)],
        start in 0..=TIME_MASK,
    ) {
        let policy = policy(0.0, 1.0, 1);
        let budget = Budget::new();
        prop_assert!(grants(&budget, start, &policy));
        prop_assert!(!grants(&budget, start, &policy));

        let back = start + idle;
        let granted = (0..=BEHIND + 1_000).step_by(500).any(|later| grants(&budget, back + later, &policy));
        prop_assert!(granted);
    }

    // Against a bucket that is filled at every step and counts in whole millionths.
    #[test]
    fn follows_a_naive_bucket(
        capacity in 1..20_u64,
        deposit in 0..2_000_u64,
        per_second in 0..3_000_u64,
        throttled in 0..=1_000_u64,
        steps in proptest::collection::vec((0..6_u8, 0..3_000_u64), 1..300),
    ) {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let tokens = |thousandths: u64| thousandths as f64 / 1_000.0;
        let policy = BudgetPolicy::builder()
            .capacity(u32::try_from(capacity).unwrap())
            .deposit(tokens(deposit))
            .min_per_second(tokens(per_second))
            .throttled_cost(tokens(throttled))
            .build()
            .unwrap();
        let budget = Budget::new();
        let full = capacity * 1_000_000;
        let (mut naive, mut now) = (full, 0);
        let mut charged = Vec::new();
        for (what, wait) in steps {
            now += wait;
            naive = (naive + wait * per_second).min(full);
            match what {
                0 => {
                    budget.deposit(&policy);
                    naive = (naive + deposit * 1_000).min(full);
                }
                1 | 2 => {
                    let (kind, price) = if what == 1 { (FAILED, 1_000_000) } else { (THROTTLED, throttled * 1_000) };
                    let cost = budget.withdraw(Tick(now), kind, &policy);
                    prop_assert_eq!(cost, (naive >= price).then_some(Cost(price)));
                    naive -= cost.map_or(0, |cost| cost.0);
                    charged.extend(cost);
                }
                3 => {
                    if let Some(cost) = charged.pop() {
                        budget.refund(cost);
                        naive = (naive + cost.0).min(full);
                    }
                }
                4 => {
                    // Another thread read its clock a little earlier, and asks a little later.
                    for clock in [now, now.saturating_sub(wait)] {
                        let granted = grants(&budget, clock, &policy);
                        prop_assert_eq!(granted, naive >= 1_000_000);
                        naive -= if granted { 1_000_000 } else { 0 };
                    }
                }
                _ => {
                    let found = budget.tokens(Tick(now), &policy) * 1_000_000.0;
                    #[allow(clippy::cast_precision_loss, reason = "small")]
                    let expected = naive as f64;
                    prop_assert!((found - expected).abs() < 1e-3, "{} is not {}", found, expected);
                }
            }
        }
    }
}
