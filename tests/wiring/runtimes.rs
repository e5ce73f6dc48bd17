//! The five paths that lead from a plan to a tool, and paths that go wrong on purpose.

use crate::tools::{Step, Tools};
use futures::{
    FutureExt,
    channel::{mpsc, oneshot},
    future::{BoxFuture, join_all},
    stream::StreamExt,
};
use resilience_core::{
    plan::{self, PlanContext},
    scope,
};
use resilience_tests::Error;
use serde_json::{Map, Value};
use std::{sync::Arc, thread};

/// A plan as it is stored: hints of any shape.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) hints: Map<String, Value>,
}

impl Plan {
    /// Of which nothing is said.
    pub(crate) fn acting() -> Self {
        Self { hints: Map::new() }
    }

    fn context(&self) -> PlanContext {
        serde_json::from_value(Value::Object(self.hints.clone())).unwrap()
    }
}

/// A way from a plan to a tool.
pub(crate) trait Path {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>>;
}

/// Is handed the hints of the plan, and runs the tool in the same task.
pub(crate) struct ToolRunner(pub(crate) Arc<Tools>);

impl Path for ToolRunner {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        plan::within(plan.context(), self.0.run(step)).boxed()
    }
}

/// Has `plan_read_only` in its own context, and runs the tool on a thread of its own.
pub(crate) struct ToolRuntime(pub(crate) Arc<Tools>);

struct RuntimeContext {
    plan_read_only: bool,
}

impl ToolRuntime {
    fn start(&self, context: &RuntimeContext, step: Step) -> Result<u32, Error> {
        let plan = PlanContext::new().with_read_only(context.plan_read_only);
        plan::within_blocking(plan, || {
            let work = scope::carry_blocking(|| self.0.call_blocking(step));
            thread::scope(|threads| threads.spawn(work).join().unwrap())
        })
    }
}

impl Path for ToolRuntime {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        let context = RuntimeContext {
            plan_read_only: plan.context().is_read_only(),
        };
        async move { self.start(&context, step) }.boxed()
    }
}

/// Lives in a task of its own, and takes work from a mailbox: what the sender packs, scope and all.
pub(crate) struct ToolActor {
    tools: Arc<Tools>,
    mailbox: mpsc::UnboundedSender<BoxFuture<'static, ()>>,
}

impl ToolActor {
    pub(crate) fn start(tools: Arc<Tools>) -> Self {
        let (mailbox, mut letters) = mpsc::unbounded::<BoxFuture<'static, ()>>();
        tokio::spawn(async move {
            while let Some(letter) = letters.next().await {
                letter.await;
            }
        });
        Self { tools, mailbox }
    }

    async fn ask(&self, step: Step) -> Result<u32, Error> {
        let (reply, replied) = oneshot::channel();
        let tools = Arc::clone(&self.tools);
        let work = scope::carry(async move {
            let outcome = tools.run(step).await;
            let _ = reply.send(outcome);
        });
        self.mailbox.unbounded_send(work.boxed()).unwrap();
        replied.await.unwrap()
    }
}

impl Path for ToolActor {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        plan::within(plan.context(), self.ask(step)).boxed()
    }
}

/// Reads `read_only` from the plan, and stands in for the runtime below.
pub(crate) struct ExecutorStub(pub(crate) Arc<Tools>);

impl Path for ExecutorStub {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        async move { plan::within(plan.context(), async { self.0.run(step).await }).await }.boxed()
    }
}

/// Spawns a task for each step of the plan, and another inside it for the tool.
pub(crate) struct ExecutorRuntime(pub(crate) Arc<Tools>);

impl Path for ExecutorRuntime {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        let steps = async move {
            let steps = [step].map(|step| {
                let tools = Arc::clone(&self.0);
                tokio::spawn(scope::carry(async move {
                    tokio::spawn(scope::carry(async move { tools.run(step).await }))
                        .await
                        .unwrap()
                }))
            });
            let mut outcomes = join_all(steps).await;
            outcomes.remove(0).unwrap()
        };
        plan::within(plan.context(), steps).boxed()
    }
}

/// Like [`ExecutorRuntime`], but one of its tasks is spawned without what stands around it.
pub(crate) struct ForgetsToCarry(pub(crate) Arc<Tools>);

impl Path for ForgetsToCarry {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        let tools = Arc::clone(&self.0);
        let task = async move { tokio::spawn(async move { tools.run(step).await }).await.unwrap() };
        plan::within(plan.context(), task).boxed()
    }
}

/// Like [`ToolRunner`], but it knows only the phase.
pub(crate) struct DropsReadOnly(pub(crate) Arc<Tools>);

impl Path for DropsReadOnly {
    fn run<'a>(&'a self, plan: &'a Plan, step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        let phase = plan.context().phase().unwrap_or_default().to_owned();
        plan::within(PlanContext::new().with_phase(phase), self.0.run(step)).boxed()
    }
}

/// Takes the tool without asking its service.
pub(crate) struct GoesPast(pub(crate) Arc<Tools>);

impl Path for GoesPast {
    fn run<'a>(&'a self, plan: &'a Plan, _step: Step) -> BoxFuture<'a, Result<u32, Error>> {
        plan::within(plan.context(), self.0.outside.fail_later()).boxed()
    }
}
