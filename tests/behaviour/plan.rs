//! What a plan that only reads allows: design, "Nesting" 4.

use resilience_core::{
    BreakerPolicy, Reason, ServiceOptions, apply,
    plan::{self, PlanContext},
    scope::{self, RetryScope},
};
use resilience_tests::{Error, World, down, fine, immediate, record};
use serde_json::json;

fn reading() -> PlanContext {
    PlanContext::new().with_read_only(true)
}

fn layer() -> ServiceOptions {
    ServiceOptions::new()
        .retry(immediate(5))
        .breaker(BreakerPolicy::builder().enabled(false))
}

#[test]
fn what_is_said_outright_counts_more_than_the_phase_and_the_phase_more_than_nothing() {
    // R152, R153, R154, R155, R156, R158, R159
    let (said, phase) = (PlanContext::new(), |phase: &'static str| {
        PlanContext::new().with_phase(phase)
    });
    for (context, is_read_only) in [
        (said.clone(), false),
        (said.clone().with_read_only(true), true),
        (said.with_read_only(false), false),
        (phase("execute"), false),
        (phase("APPLY"), false),
        (phase(" Execute "), false),
        (phase("strategize"), true),
        (phase("executed"), true),
        (phase(""), false),
        (phase("  "), false),
        (phase("strategize").with_read_only(false), false),
        (phase("execute").with_read_only(true), true),
    ] {
        assert_eq!(context.is_read_only(), is_read_only, "{context:?}");
    }
}

#[test]
fn hints_of_the_wrong_type_say_nothing() {
    // R157
    for (hints, is_read_only) in [
        (json!({}), false),
        (json!({"read_only": true}), true),
        (json!({"phase": "strategize", "goal": "anything"}), true),
        (json!({"phase": 7}), false),
        (json!({"phase": true}), false),
        (json!({"phase": ["strategize"]}), false),
        (json!({"phase": {"name": "strategize"}}), false),
        (json!({"phase": null, "read_only": null}), false),
        (json!({"read_only": "yes", "phase": "execute"}), false),
        (json!({"read_only": 1, "phase": "strategize"}), true),
    ] {
        let context: PlanContext = serde_json::from_value(hints.clone()).unwrap();
        assert_eq!(context.is_read_only(), is_read_only, "{hints}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_apply_does_not_run_in_a_plan_that_only_reads() {
    // R160
    #[apply]
    fn alone() -> Result<u32, Error> {
        panic!("not in a plan that only reads")
    }
    let world = World::new();
    let plans = world.plans("plan_service", layer());

    let outcomes = plan::within(reading(), async {
        [plans.write(fine).await, plans.write_blocking(Ok), alone()]
    });

    for outcome in outcomes.await {
        let interruption = outcome.unwrap_err().interruption().unwrap();
        assert_eq!(
            (interruption.reason(), interruption.may_have_run()),
            (Reason::ReadOnlyPlan, false)
        );
    }
    assert_eq!(plans.runs(), 0);
    assert!(plans.write(fine).await.is_ok(), "the plan is left behind");
}

#[tokio::test(start_paused = true)]
async fn what_is_known_to_be_idempotent_retries_and_nothing_else_does() {
    // R160, R162
    let world = World::new();
    let plans = world.plans("plan_service", layer());

    plan::within(reading(), async {
        assert!(plans.fetch(down).await.is_err());
        assert_eq!(plans.runs(), 5);
        assert!(plans.count(down).await.is_err());
        assert_eq!(plans.runs(), 6);
    })
    .await;
}

#[test]
fn a_loop_of_which_nothing_is_known_makes_one_round_and_an_event_says_why() {
    // R164
    let recording = record();

    plan::within_blocking(reading(), || {
        let mut retries = RetryScope::enter();
        assert!(retries.attempt_blocking(|| Err::<(), _>("down")).is_err());
        assert!(!retries.may_repeat());
    });

    assert_eq!(recording.take(), ["DEBUG loop suppressed reason=read_only_plan"]);
}

#[tokio::test(start_paused = true)]
async fn the_context_follows_the_future_and_what_is_carried_but_no_other_task() {
    plan::within(reading().with_phase("strategize"), async {
        tokio::task::yield_now().await;
        assert_eq!(plan::current().unwrap().phase(), Some("strategize"));
        let fresh = tokio::spawn(async { (plan::current(), plan::is_read_only()) });
        let carried = tokio::spawn(scope::carry(async { (plan::current(), plan::is_read_only()) }));
        assert_eq!(fresh.await.unwrap(), (None, false));
        let (context, is_read_only) = carried.await.unwrap();
        assert_eq!((context.unwrap().read_only(), is_read_only), (Some(true), true));
    })
    .await;
    assert_eq!((plan::current(), plan::is_read_only()), (None, false));
}

#[test]
fn what_is_read_only_stays_so_further_in() {
    plan::within_blocking(reading(), || {
        plan::within_blocking(PlanContext::new().with_phase("execute"), || {
            assert_eq!(plan::current().unwrap().phase(), Some("execute"));
            assert!(plan::is_read_only());
        });
        assert_eq!(plan::current(), Some(reading()));
    });
    let caught = std::panic::catch_unwind(|| plan::within_blocking(reading(), || panic!("on purpose")));
    assert!(caught.is_err());
    assert!(!plan::is_read_only());
}

#[test]
fn a_refused_apply_is_not_repeated_further_out() {
    let world = World::new();
    let plans = world.plans("plan_service", layer());

    let outcome = plan::within_blocking(reading(), || {
        plans.fetch_blocking(|_| plans.write_blocking(Ok).map_err(Error::mistaken))
    });

    assert_eq!(outcome.unwrap_err().reason(), Some(Reason::ReadOnlyPlan));
    assert_eq!(plans.runs(), 1);
}
