//! Whether the guards hold along every path: judged by what happens outside, where nothing is wrapped any more.

use crate::{
    runtimes::{
        DropsReadOnly, ExecutorRuntime, ExecutorStub, ForgetsToCarry, GoesPast, Path, Plan, ToolActor, ToolRunner,
        ToolRuntime,
    },
    system::Wiring,
    tools::{Step, Tools},
};
use resilience_core::{
    Reason,
    plan::{self, PlanContext},
    scope,
};
use resilience_tests::Error;
use serde_json::{Value, json};
use std::sync::Arc;

type Make = fn(Arc<Tools>) -> Box<dyn Path>;

const PATHS: [(&str, Make); 5] = [
    ("tool runner", |tools| Box::new(ToolRunner(tools))),
    ("tool runtime", |tools| Box::new(ToolRuntime(tools))),
    ("tool actor", |tools| Box::new(ToolActor::start(tools))),
    ("executor stub", |tools| Box::new(ExecutorStub(tools))),
    ("executor runtime", |tools| Box::new(ExecutorRuntime(tools))),
];

/// Hints, and whether a plan of these only reads.
fn plans() -> Vec<(Plan, bool)> {
    let table = [
        (json!({ "read_only": true }), true),                          // R153
        (json!({ "read_only": false }), false),                        // R154
        (json!({ "phase": "execute" }), false),                        // R155
        (json!({ "phase": "Apply" }), false),                          // R155
        (json!({ "phase": "strategize" }), true),                      // R156
        (json!({ "phase": 7 }), false),                                // R157
        (json!({ "phase": true }), false),                             // R157
        (json!({ "phase": ["strategize"] }), false),                   // R157
        (json!({ "phase": { "is": "strategize" } }), false),           // R157
        (json!({ "phase": "" }), false),                               // R158
        (json!({}), false),                                            // R159
        (json!({ "phase": "execute", "read_only": true }), true),      // R159
        (json!({ "phase": "strategize", "read_only": false }), false), // R159
    ];
    let plans = table.into_iter().map(|(hints, reads)| match hints {
        Value::Object(hints) => (Plan { hints }, reads),
        _ => unreachable!("the table has objects alone"),
    });
    plans.collect()
}

/// How a path and a plan disagree about one step, as far as the tool can tell, and the world outside.
async fn faults_of(make: Make, plan: &Plan, only_reads: bool, step: Step) -> Vec<String> {
    let tools = Tools::new(&Wiring::new());
    let path = make(Arc::clone(&tools));

    let outcome = path.run(plan, step).await;

    let expected = match (step, only_reads) {
        (Step::Inspect, _) | (Step::Command, false) => 3,
        (Step::Write, true) => 0,
        (Step::Write, false) | (Step::Command, true) => 1,
    };
    let mut faults = Vec::new();
    let runs = tools.outside.runs();
    if runs != expected {
        faults.push(format!("{step:?} ran {runs} times instead of {expected}"));
    }
    let last = match expected {
        0 => Some(Reason::ReadOnlyPlan),
        _ => None,
    };
    if outcome.map_err(|error| error.reason()) != Err(last) {
        faults.push(format!("{step:?} did not end with {last:?}"));
    }
    let seen = tools.seen().map(|context| context.is_read_only());
    if runs > 0 && seen != Some(only_reads) {
        faults.push(format!("{step:?} took its plan for {seen:?}"));
    }
    let guarded = tools.service.statistics().attempts;
    if guarded != u64::from(runs) {
        faults.push(format!("{step:?} ran {runs} times, but {guarded} through the service"));
    }
    faults
}

/// How a path and any of the plans disagree.
async fn faults(make: Make) -> Vec<String> {
    let mut faults = Vec::new();
    for (plan, only_reads) in plans() {
        for step in [Step::Inspect, Step::Write, Step::Command] {
            let found = faults_of(make, &plan, only_reads, step).await;
            let hints = Value::Object(plan.hints.clone());
            faults.extend(found.iter().map(|fault| format!("{hints}: {fault}")));
        }
    }
    faults
}

#[tokio::test(start_paused = true)]
async fn no_path_loses_what_is_known_of_the_plan() {
    // R152, R160, R161, R162
    for (name, make) in PATHS {
        assert_eq!(faults(make).await, [""; 0], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_where_tasks_move_between_threads() {
    // R161
    for (name, make) in PATHS {
        assert_eq!(faults(make).await, [""; 0], "{name}");
    }
}

fn sorted(mut faults: Vec<String>) -> Vec<String> {
    faults.sort();
    faults
}

#[tokio::test(start_paused = true)]
async fn a_path_that_loses_it_is_found_out() {
    // R147, R161: what these tests are worth.
    let lost = |hints: &str| {
        [
            format!("{hints}: Write ran 1 times instead of 0"),
            format!("{hints}: Write did not end with Some(ReadOnlyPlan)"),
            format!("{hints}: Command ran 3 times instead of 1"),
        ]
    };
    let outright = ["{\"read_only\":true}", "{\"phase\":\"execute\",\"read_only\":true}"];
    let by_phase = "{\"phase\":\"strategize\"}";

    let forgetful = faults(|tools| Box::new(ForgetsToCarry(tools))).await;
    let mut expected = [lost(outright[0]), lost(by_phase), lost(outright[1])].concat();
    for (plan, _) in plans() {
        let hints = Value::Object(plan.hints);
        expected.extend(["Inspect", "Write", "Command"].map(|step| format!("{hints}: {step} took its plan for None")));
    }
    assert_eq!(sorted(forgetful), sorted(expected));

    let narrow = faults(|tools| Box::new(DropsReadOnly(tools))).await;
    let overruled = "{\"phase\":\"strategize\",\"read_only\":false}";
    let mut expected = [lost(outright[0]), lost(outright[1])].concat();
    for hints in outright {
        expected.extend(
            ["Inspect", "Write", "Command"].map(|step| format!("{hints}: {step} took its plan for Some(false)")),
        );
    }
    expected.extend([
        format!("{overruled}: Inspect took its plan for Some(true)"),
        format!("{overruled}: Write ran 0 times instead of 1"),
        format!("{overruled}: Write did not end with None"),
        format!("{overruled}: Command ran 1 times instead of 3"),
        format!("{overruled}: Command took its plan for Some(true)"),
    ]);
    assert_eq!(sorted(narrow), sorted(expected));

    let past = faults(|tools| Box::new(GoesPast(tools))).await;
    for (plan, _) in plans() {
        let hints = Value::Object(plan.hints);
        let told = format!("{hints}: Write ran 1 times, but 0 through the service");
        assert!(past.contains(&told), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_context_arrives_as_it_was_said() {
    // R161: what has fields of its own for the plan passes on those.
    let (plan, _) = plans().swap_remove(4);
    for (name, make) in PATHS {
        let tools = Tools::new(&Wiring::new());

        assert_eq!(
            make(Arc::clone(&tools)).run(&plan, Step::Inspect).await,
            Err(Error::Down(3))
        );

        let expected = match name {
            "tool runtime" => PlanContext::new().with_read_only(true),
            _ => PlanContext::new().with_phase("strategize"),
        };
        assert_eq!(tools.seen(), Some(expected), "{name}");
    }
}

/// How often a tool is asked when the step is retried from outside: three times, unless the path forgets that it is.
async fn runs_under_a_retry(make: Make, step: Step) -> (u32, Result<u32, Error>) {
    let wiring = Wiring::new();
    let tools = Tools::new(&wiring);
    let path = make(Arc::clone(&tools));
    let acting = Plan::acting();
    let outcome = wiring.execute_async("plan_service", || path.run(&acting, step)).await;
    (tools.outside.runs(), outcome)
}

#[tokio::test(start_paused = true)]
async fn no_path_multiplies_the_retries_of_the_plan_around_it() {
    // R139, R148, R165, R166
    for (name, make) in PATHS {
        for (step, expected) in [(Step::Inspect, 3), (Step::Command, 3), (Step::Write, 1)] {
            let found = runs_under_a_retry(make, step).await;
            assert_eq!(found, (expected, Err(Error::Down(expected))), "{name}: {step:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_that_forgets_the_calls_around_it_multiplies_them() {
    // R147: what a spawned task does not know by itself. The breaker puts an end to it.
    let forgetful: Make = |tools| Box::new(ForgetsToCarry(tools));
    assert_eq!(runs_under_a_retry(forgetful, Step::Inspect).await.0, 5);
    assert_eq!(runs_under_a_retry(forgetful, Step::Write).await.0, 3);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_plan_stays_behind_on_its_path() {
    // R144
    for (name, make) in PATHS {
        let tools = Tools::new(&Wiring::new());
        let path = make(Arc::clone(&tools));
        let (reading, acting) = (&plans()[0].0, &plans()[1].0);

        assert!(path.run(reading, Step::Write).await.is_err());
        assert_eq!((plan::current(), scope::depth()), (None, 0), "{name}");
        assert_eq!(path.run(acting, Step::Write).await, Err(Error::Down(1)), "{name}");
        assert!(path.run(reading, Step::Write).await.is_err());
        assert_eq!(tools.outside.runs(), 1, "{name}");
    }
}
