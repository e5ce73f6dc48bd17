//! A storm of retries, and the policies that calm it.
//!
//! The load is that of a small system, so that all runs together take seconds: 140 requests a second instead of thousands. What
//! the policies see of it is the traffic of one node, 70 requests a second, and that is as in a large one.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests; clippy recognises the tests alone"
)]

mod partial_outage;
mod peers;
mod simulation;

use resilience_core::ServiceOptions;
use simulation::{Hops, Policy, Recovery, Run, Scenario, play_all, table};
use std::sync::LazyLock;

const DEPTHS: [usize; 3] = [1, 2, 3];

/// One run per depth.
fn runs(policy: fn() -> Policy, scenario: fn(usize) -> Scenario) -> Vec<Run> {
    play_all(&DEPTHS.map(|depth| (scenario(depth), policy())))
}

/// For what storms: twenty seconds after the outage tell that there is no end to it, and each of them is dear.
fn shortened(depth: usize) -> Scenario {
    Scenario {
        length: 60,
        ..Scenario::outage(depth)
    }
}

/// What retries are measured against.
static NO_RETRY: LazyLock<Vec<Run>> = LazyLock::new(|| runs(Policy::no_retry, Scenario::outage));
static RETRIES_ALONE: LazyLock<Vec<Run>> = LazyLock::new(|| runs(Policy::retries_alone, shortened));
static DEFAULT: LazyLock<Vec<Run>> = LazyLock::new(|| runs(Policy::default, Scenario::outage));

fn show(title: &str, runs: &[&[Run]]) {
    println!("\n{title}\n\n{}", table(&runs.concat()));
}

#[test]
fn retries_alone_turn_an_outage_into_a_storm_that_outlasts_it() {
    let guard = runs(Policy::with_guard, shortened);
    show(
        "30 s at half the capacity, then whole again; layers of one program",
        &[&NO_RETRY, &RETRIES_ALONE, &guard],
    );

    for (calm, run) in NO_RETRY.iter().zip(&*RETRIES_ALONE) {
        // Three attempts per hop: 3, 9, 27.
        let full = 3_f64.powi(run.depth.try_into().unwrap());
        assert!(
            run.amplification > 0.9 * full,
            "depth {}: {}",
            run.depth,
            run.amplification
        );
        assert_eq!(run.recovery, Recovery::Never, "depth {}", run.depth);
        assert!(run.goodput_after < 0.02, "depth {}: {}", run.depth, run.goodput_after);
        assert!((0.99..1.01).contains(&calm.amplification), "{}", calm.amplification);
        assert!(calm.recovery < Recovery::After(10), "{:?}", calm.recovery);
    }
    // Only one hop retries: no more than 3 at any depth, and that is storm enough.
    for run in guard {
        assert!(
            (2.7..3.0).contains(&run.amplification),
            "depth {}: {}",
            run.depth,
            run.amplification
        );
        assert_eq!(run.recovery, Recovery::Never, "depth {}", run.depth);
    }
}

#[test]
fn the_default_policy_makes_no_outage_worse() {
    let budget = runs(Policy::with_budget, Scenario::outage);
    show(
        "30 s at half the capacity, then whole again; layers of one program",
        &[&NO_RETRY, &budget, &DEFAULT],
    );

    for ((calm, run), budget) in NO_RETRY.iter().zip(&*DEFAULT).zip(&budget) {
        assert!(run.amplification <= 1.1, "depth {}: {}", run.depth, run.amplification);
        // Until the failures have lasted for half a second, the budget is all there is.
        assert!(run.peak < 0.75 * budget.peak, "depth {}: {}", run.depth, run.peak);
        assert!(run.recovery <= calm.recovery, "depth {}: {:?}", run.depth, run.recovery);
        assert!(run.goodput >= calm.goodput, "depth {}: {}", run.depth, run.goodput);
        assert!(
            run.goodput_after >= calm.goodput_after,
            "depth {}: {}",
            run.depth,
            run.goodput_after
        );
        assert!(run.wasted < 0.3 * calm.wasted, "depth {}: {}", run.depth, run.wasted);
    }
    // The budget does it by itself, the breaker only spares the work that nobody waits for.
    for (calm, run) in NO_RETRY.iter().zip(&budget) {
        assert!(run.amplification <= 1.1, "depth {}: {}", run.depth, run.amplification);
        let Recovery::After(calm) = calm.recovery else {
            panic!("{:?}", calm.recovery)
        };
        assert!(
            run.recovery <= Recovery::After(calm + 1),
            "depth {}: {:?}",
            run.depth,
            run.recovery
        );
    }
}

#[test]
fn chance_has_no_say_in_it() {
    let plays: Vec<_> = (2..=4)
        .map(|seed| (Scenario::outage(3).seeded(seed), Policy::default()))
        .collect();

    for run in play_all(&plays) {
        assert!(run.amplification <= 1.1, "{}", run.amplification);
        assert!(run.recovery <= Recovery::After(6), "{:?}", run.recovery);
    }
}

#[test]
fn a_run_can_be_repeated() {
    let runs = play_all(&[
        (Scenario::outage(2).lasting(5), Policy::default()),
        (Scenario::outage(2).lasting(5), Policy::default()),
        (Scenario::outage(2).lasting(5).seeded(2), Policy::default()),
    ]);

    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0].seconds, runs[2].seconds);
}

#[test]
fn retries_add_nothing_to_what_an_outage_of_any_length_costs() {
    // An open circuit asks again after 5 s, then 10, 20 and 40: an outage that ends between two probes is over for the callers with
    // the next one. That is the breaker's doing, with retries or without.
    for seconds in [5, 10, 20, 45] {
        let runs = play_all(&[
            (Scenario::outage(2).lasting(seconds), Policy::default_without_retries()),
            (Scenario::outage(2).lasting(seconds), Policy::default()),
        ]);
        show(&format!("{seconds} s at half the capacity"), &[&runs]);

        assert!(
            runs[1].recovery <= runs[0].recovery,
            "{seconds} s: {:?}",
            runs[1].recovery
        );
        assert!(
            runs[1].recovery <= Recovery::After(32),
            "{seconds} s: {:?}",
            runs[1].recovery
        );
        assert!(runs[1].amplification <= 1.1, "{seconds} s: {}", runs[1].amplification);
    }
}

#[test]
fn programs_that_know_nothing_of_each_other_make_no_storm_either() {
    let [told, untold] = [Hops::Programs, Hops::Strangers]
        .map(|hops| play_all(&DEPTHS.map(|depth| (Scenario::outage(depth).between(hops), Policy::default()))));
    show(
        "the default policy, each hop a program; rejections told as such",
        &[&told],
    );
    show(
        "the default policy, each hop a program; rejections like any failure",
        &[&untold],
    );

    for run in told.iter().chain(&untold) {
        assert!(run.amplification <= 1.1, "depth {}: {}", run.depth, run.amplification);
        assert!(run.peak < 1.7, "depth {}: {}", run.depth, run.peak);
    }
    for (calm, run) in NO_RETRY.iter().zip(told) {
        assert!(run.recovery <= calm.recovery, "depth {}: {:?}", run.depth, run.recovery);
    }
}

#[test]
fn random_errors_are_made_good() {
    let plain = runs(Policy::no_retry, Scenario::random_errors);
    let default = runs(Policy::default, Scenario::random_errors);
    show("nothing wrong but 2 % random errors", &[&plain, &default]);

    for run in plain {
        assert!(
            (0.975..0.985).contains(&run.goodput),
            "depth {}: {}",
            run.depth,
            run.goodput
        );
    }
    for run in default {
        assert!(run.goodput >= 0.999, "depth {}: {}", run.depth, run.goodput);
        assert!(run.amplification <= 1.03, "depth {}: {}", run.depth, run.amplification);
    }
}

#[test]
fn retries_of_other_crates_storm() {
    let backon = runs(peers::backon, shortened);
    let tower = runs(peers::tower_resilience, shortened);
    show("other crates, with their defaults", &[&backon, &tower, &DEFAULT]);

    for run in backon.iter().chain(&tower) {
        assert!(
            run.amplification > 2.5,
            "{}, depth {}: {}",
            run.policy,
            run.depth,
            run.amplification
        );
        assert_eq!(run.recovery, Recovery::Never, "{}, depth {}", run.policy, run.depth);
    }
}

#[test]
fn the_presets_make_no_outage_worse_either() {
    let high_traffic = || Policy::ours("high traffic", ServiceOptions::high_traffic());
    let critical = || Policy::ours("critical", ServiceOptions::critical());
    let background = || Policy::ours("background", ServiceOptions::background());
    let [high_traffic, critical, background] = [
        runs(high_traffic, Scenario::outage),
        runs(critical, Scenario::outage),
        // Asks again after a minute and up to a tenth of it.
        runs(background, |depth| Scenario {
            length: 120,
            ..Scenario::outage(depth)
        }),
    ];
    show(
        "30 s at half the capacity, then whole again; the presets",
        &[&NO_RETRY, &DEFAULT, &high_traffic, &critical, &background],
    );

    for run in [&high_traffic, &critical, &background].into_iter().flatten() {
        assert!(run.amplification <= 1.1, "{}: {}", run.policy, run.amplification);
    }
    // Whoever asks again sooner is sooner back: within the time for which the circuit is open, and little more.
    for (runs, recovery) in [(&high_traffic, 5), (&critical, 10), (&background, 60)] {
        for run in runs {
            assert!(
                run.recovery <= Recovery::After(recovery + 3),
                "{}: {:?}",
                run.policy,
                run.recovery
            );
        }
    }
}

#[test]
fn an_outage_of_any_length_is_soon_over_in_high_traffic() {
    for seconds in [5, 10, 20, 45] {
        let policy = Policy::ours("high traffic", ServiceOptions::high_traffic());
        let runs = play_all(&[(Scenario::outage(2).lasting(seconds), policy)]);

        assert!(
            runs[0].recovery <= Recovery::After(8),
            "{seconds} s: {:?}",
            runs[0].recovery
        );
        assert!(runs[0].amplification <= 1.1, "{seconds} s: {}", runs[0].amplification);
    }
}

#[test]
fn where_requests_are_turned_away_at_once_retries_buy_nothing_and_cost_little() {
    let turned_away = |depth| Scenario::outage(depth).with_short_queue();
    let storm = play_all(&[1, 2].map(|depth| (turned_away(depth), Policy::retries_alone())));
    let [calm, budget, single, default] = [
        Policy::no_retry,
        Policy::with_budget,
        Policy::default_without_retries,
        Policy::default,
    ]
    .map(|policy| runs(policy, turned_away));
    show(
        "the same, where the backend turns away what it cannot answer in time",
        &[&calm, &storm, &budget, &single, &default],
    );

    for (calm, storm) in calm.iter().zip(&storm) {
        assert!(
            storm.amplification >= 2.0,
            "depth {}: {}",
            storm.depth,
            storm.amplification
        );
        assert!(
            storm.goodput < calm.goodput + 0.03,
            "depth {}: {}",
            storm.depth,
            storm.goodput
        );
    }
    // A tenth of the successes, one a second and what was saved up, for each node of the hop that retries.
    for run in &budget {
        assert!(run.amplification <= 1.16, "depth {}: {}", run.depth, run.amplification);
    }
    // Part of the requests is answered, so the circuit stays closed, and the budget is all there is.
    for (single, run) in single.iter().zip(&default) {
        assert!(run.amplification <= 1.16, "depth {}: {}", run.depth, run.amplification);
        assert!(
            run.recovery <= single.recovery,
            "depth {}: {:?}",
            run.depth,
            run.recovery
        );
    }
}
