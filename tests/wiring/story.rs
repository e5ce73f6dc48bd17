//! One plan from its first phase to its last, with an outage and an operator in between.

use crate::{
    runtimes::{ExecutorRuntime, Path, Plan, ToolActor},
    system::{VARIABLE, Wiring},
    tools::{Step, Tools},
};
use resilience_core::{CircuitState, Reason};
use resilience_tests::{Error, record, secs};
use serde_json::{Value, json};
use std::sync::Arc;

fn plan(phase: &str) -> Plan {
    let hints = [("phase".to_owned(), Value::from(phase))];
    Plan {
        hints: hints.into_iter().collect(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_made_meets_an_outage_and_is_carried_out_once_the_tools_are_back() {
    // R222
    let wiring = Wiring::new();
    let tools = Tools::new(&wiring);
    let executor = ExecutorRuntime(Arc::clone(&tools));
    let actor = ToolActor::start(Arc::clone(&tools));

    // It strategizes: what it reads is tried again, what would write does not happen.
    assert_eq!(
        executor.run(&plan("strategize"), Step::Inspect).await,
        Err(Error::Down(3))
    );
    assert_eq!(wiring.clock.slept(), [secs(1), secs(2)]);
    let refused = executor.run(&plan("strategize"), Step::Write).await.unwrap_err();
    assert_eq!(
        (refused.reason(), tools.outside.runs()),
        (Some(Reason::ReadOnlyPlan), 3)
    );

    // It executes: the write fails, once; so does the next, and the circuit opens for every path.
    for run in [4, 5] {
        assert_eq!(actor.run(&plan("execute"), Step::Write).await, Err(Error::Down(run)));
    }
    assert_eq!(tools.service.state(), CircuitState::Open);
    for path in [&executor as &dyn Path, &actor] {
        let refused = path.run(&plan("execute"), Step::Write).await.unwrap_err();
        assert_eq!(refused.interruption().unwrap().retry_after(), Some(secs(60)));
    }
    assert_eq!(tools.outside.runs(), 5);

    // An operator asks for gentler reads, and mistypes the rest; the circuit stays as it is.
    let overrides = json!({
        "tool_service": { "retry": { "max_attempts": 1 } },
        "plan_service": { "retry": { "max_attempts": -1 } },
    });
    assert_eq!(wiring.take_up(&[(VARIABLE, &overrides.to_string())]).len(), 1);
    assert_eq!(tools.service.state(), CircuitState::Open);

    // The tools come back: two probes close the circuit, and the plan is applied, once.
    tools.come_back();
    wiring.clock.advance(secs(60));
    let events = record();
    assert_eq!(executor.run(&plan("strategize"), Step::Inspect).await, Ok(6));
    assert_eq!(actor.run(&plan("Apply"), Step::Write).await, Ok(7));
    assert_eq!((tools.service.state(), tools.outside.runs()), (CircuitState::Closed, 7));
    assert_eq!(
        events.take(),
        [
            "INFO circuit half-open service=tool_service operation=inspect state=half_open",
            "INFO circuit closed service=tool_service operation=write state=closed rejected=2",
        ]
    );
}
