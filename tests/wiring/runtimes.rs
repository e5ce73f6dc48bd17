//! The tools, the five paths that lead to them, and paths that go wrong on purpose.

use crate::system::{Backend, Wiring};
use futures::{
    FutureExt,
    channel::{mpsc, oneshot},
    future::{BoxFuture, join_all},
    stream::StreamExt,
};
use resilience_core::{
    Service, apply, idempotent, plain,
    plan::{self, PlanContext},
    retry_service,
    scope::{self, RetryScope},
};
use resilience_tests::Error;
use serde_json::{Map, Value};
use std::{
    sync::{Arc, Mutex},
    thread,
};

/// What a plan does with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Reads.
    Inspect,
    /// Writes.
    Write,
    /// Runs something of which nothing is known, in a retry loop that is older than the service layer.
    Command,
}

/// The tools, behind their service. They are always down, so that every repetition shows.
pub(crate) struct Tools {
    pub(crate) service: &'static Service,
    pub(crate) outside: Backend,
    seen: Mutex<Option<PlanContext>>,
}

impl Tools {
    pub(crate) fn new(wiring: &Wiring) -> Arc<Self> {
        Arc::new(Self {
            service: wiring.registry.service("tool_service"),
            outside: Backend::default(),
            seen: Mutex::default(),
        })
    }

    /// What the last body that ran knew of its plan.
    pub(crate) fn seen(&self) -> Option<PlanContext> {
        self.seen.lock().unwrap().clone()
    }

    fn work(&self) -> Result<u32, Error> {
        *self.seen.lock().unwrap() = plan::current();
        self.outside.fail()
    }

    async fn work_later(&self) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        self.work()
    }

    async fn run(&self, step: Step) -> Result<u32, Error> {
        match step {
            Step::Inspect => self.inspect().await,
            Step::Write => self.write().await,
            Step::Command => {
                let mut retries = RetryScope::enter();
                let mut round = 1;
                loop {
                    let outcome = retries.attempt(self.command()).await;
                    if outcome.is_ok() || round == 3 || !retries.may_repeat() {
                        break outcome;
                    }
                    round += 1;
                }
            }
        }
    }

    fn run_blocking(&self, step: Step) -> Result<u32, Error> {
        match step {
            Step::Inspect => self.inspect_blocking(),
            Step::Write => self.write_blocking(),
            Step::Command => {
                let mut retries = RetryScope::enter();
                let mut round = 1;
                loop {
                    let outcome = retries.attempt_blocking(|| self.command_blocking());
                    if outcome.is_ok() || round == 3 || !retries.may_repeat() {
                        break outcome;
                    }
                    round += 1;
                }
            }
        }
    }
}

#[retry_service(service = self.service)]
impl Tools {
    #[idempotent]
    async fn inspect(&self) -> Result<u32, Error> {
        self.work_later().await
    }

    #[idempotent]
    fn inspect_blocking(&self) -> Result<u32, Error> {
        self.work()
    }

    #[apply]
    async fn write(&self) -> Result<u32, Error> {
        self.work_later().await
    }

    #[apply]
    fn write_blocking(&self) -> Result<u32, Error> {
        self.work()
    }

    #[plain]
    async fn command(&self) -> Result<u32, Error> {
        self.work_later().await
    }

    #[plain]
    fn command_blocking(&self) -> Result<u32, Error> {
        self.work()
    }
}

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
            let work = scope::carry_blocking(|| self.0.run_blocking(step));
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
