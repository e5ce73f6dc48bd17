//! What must hold however threads take turns; see `crate::sync` for the modes, and for the bug that these must catch.

use super::*;
use crate::policy::BudgetPolicy;
use loom::{sync::Arc, thread};

const FAILED: FailureKind = FailureKind::Transient;

fn policy(deposit: f64, capacity: u32) -> BudgetPolicy {
    BudgetPolicy::builder()
        .deposit(deposit)
        .min_per_second(0.0)
        .capacity(capacity)
        .build()
        .unwrap()
}

#[test]
fn is_never_overspent_and_loses_no_deposit() {
    loom::model(|| {
        let policy = policy(0.5, 1);
        let budget = Arc::new(Budget::new());
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let budget = Arc::clone(&budget);
                thread::spawn(move || {
                    let granted = budget.withdraw(Tick(0), FAILED, &policy).is_some();
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

#[test]
fn callers_of_several_kinds_leave_exactly_what_they_did_not_take() {
    let mut model = loom::model::Builder::new();
    // Three threads and no bound are hours; nearly every known race needs two preemptions or less.
    model.preemption_bound = Some(3);
    model.check(|| {
        // Never full and never empty: every change shows in the sum.
        let policy = policy(0.25, 10);
        let budget = Arc::new(Budget::new());
        assert!(budget.withdraw(Tick(0), FAILED, &policy).is_some());

        let retries = thread::spawn({
            let budget = Arc::clone(&budget);
            move || assert!(budget.withdraw(Tick(0), FAILED, &policy).is_some())
        });
        let gives_up = thread::spawn({
            let budget = Arc::clone(&budget);
            move || {
                let cost = budget.withdraw(Tick(0), FAILED, &policy);
                budget.refund(cost.unwrap());
            }
        });
        budget.deposit(&policy);
        retries.join().unwrap();
        gives_up.join().unwrap();

        let tokens = budget.tokens(Tick(0), &policy);
        assert!((tokens - 8.25).abs() < 1e-9, "{tokens} left");
    });
}

#[test]
fn what_flows_in_with_time_flows_in_once() {
    loom::model(|| {
        let policy = BudgetPolicy::builder()
            .deposit(0.0)
            .min_per_second(1.0)
            .capacity(1)
            .build()
            .unwrap();
        let budget = Arc::new(Budget::new());
        assert!(budget.withdraw(Tick(0), FAILED, &policy).is_some());

        // Both find the second that has passed; the second clock is a little behind.
        let other = thread::spawn({
            let budget = Arc::clone(&budget);
            move || budget.withdraw(Tick(1_000), FAILED, &policy).is_some()
        });
        let mine = budget.withdraw(Tick(1_001), FAILED, &policy).is_some();
        let others = other.join().unwrap();

        assert!(mine != others, "mine: {mine}, the other's: {others}");
    });
}
