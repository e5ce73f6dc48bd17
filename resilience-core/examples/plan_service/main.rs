//! Annotated methods survive a failing server: `cargo run --example plan_service`.
//!
//! A real HTTP server on this machine fails by a script; a client whose methods carry `#[retry_service]` calls it. Everything
//! that happens is printed as it happens. In the end the counts of the framework stand beside those of the server, and the
//! exit code says whether the framework kept its promises.
//!
//! Read `client.rs` first: it is what a program of your own would contain. `server.rs` and `wire.rs` are the failing server,
//! `narrator.rs` and `report.rs` print, `promises.rs` checks.

mod client;
mod narrator;
mod promises;
mod report;
mod server;
mod wire;

use client::{Plan, PlanError, PlanService};
use narrator::Narrator;
use promises::Endings;
use server::{Fault, Server, route};
use std::{error::Error, process::ExitCode, time::Duration};
use tokio::time::sleep;
use tracing_subscriber::layer::SubscriberExt;

/// The plan that everything is asked about.
const PLAN: u32 = 7;
/// The plan whose apply loses its answer.
const LOST: u32 = 8;
/// The plan that is applied within a workflow.
const ROLLED_OUT: u32 = 9;

// Not private, because a test plays the whole story too.
#[tokio::main]
pub(crate) async fn main() -> ExitCode {
    match tell().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("The story could not begin: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> Result<bool, Box<dyn Error>> {
    let narrator = Narrator::new();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(narrator.clone()))?;
    let (server, url) = Server::start().await?;
    let plans = PlanService::new(&url)?;
    narrator.heading(
        "A plan service that fails, and a client that copes",
        "On the left, seconds. `server` lines are what the server did with a request, `client` lines are the events of \
         the framework, `caller` lines are what the caller of an annotated method got.",
    );

    let mut story = Story {
        narrator,
        server,
        plans,
        endings: Endings::default(),
    };
    story.stumble().await;
    story.slow_answer().await;
    story.too_many_requests().await;
    story.lost_answers().await;
    story.nested_retries().await;
    story.apply_in_a_workflow().await;
    story.outage().await;
    Ok(report::reckon(&story.narrator, &story.server, story.endings))
}

struct Story {
    narrator: Narrator,
    server: Server,
    plans: PlanService,
    endings: Endings,
}

/// How a call is to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Success,
    Failure,
    /// Nothing was sent.
    Rejection,
}

impl Story {
    async fn stumble(&mut self) {
        self.narrator.chapter(
            "1. The service stumbles",
            "Two answers are 503. `fetch_plan` is idempotent: it is asked again, after a delay that grows and that \
             chance spreads. The caller sees one success.",
        );
        self.server
            .script(route::PLAN, [Fault::Unavailable, Fault::Unavailable]);
        self.fetch(PLAN, Ending::Success).await;
    }

    async fn slow_answer(&mut self) {
        self.narrator.chapter(
            "2. An answer does not come",
            "The server would take ten seconds. `attempt_timeout = \"1s\"` cuts the attempt; the next one is quick.",
        );
        self.server.script(route::VALIDATE, [Fault::Slow]);
        self.validate().await;
    }

    async fn too_many_requests(&mut self) {
        self.narrator.chapter(
            "3. The service asks for patience",
            "429 with `Retry-After: 1`. The retry comes no sooner than the server asked for.",
        );
        self.server.script(route::PLAN, [Fault::Busy]);
        self.fetch(PLAN, Ending::Success).await;
    }

    async fn lost_answers(&mut self) {
        self.narrator.chapter(
            "4. The work is done, the answer is lost",
            "The connection is reset after the work was done. Validating twice is harmless, so it is asked again. \
             Applying twice is not: `#[apply]` is sent once, and its caller, who cannot know, looks.",
        );
        self.server.script(route::VALIDATE, [Fault::LostAnswer]);
        self.validate().await;
        self.server.script(route::APPLY, [Fault::LostAnswer]);
        let applied = self.plans.apply_plan(LOST).await;
        let applied = applied.map(|answer| format!("applied: {}", answer.applied));
        self.ended(&format!("apply_plan({LOST})"), Ending::Failure, &applied);
        self.fetch(LOST, Ending::Success).await;
    }

    async fn nested_retries(&mut self) {
        self.narrator.chapter(
            "5. A retried call inside a retried call",
            "`prepare_plan` asks `tool_service`, which is down. Both may make 3 attempts, which could be 9 requests. \
             The outer one retries, the inner one does not: 3 requests.",
        );
        self.server.go_down("/tools");
        let tools = self.plans.prepare_plan(PLAN).await;
        let tools = tools.map(|tools| {
            let names: Vec<_> = tools
                .iter()
                .map(|tool| format!("{} {}", tool.name, tool.version))
                .collect();
            names.join(", ")
        });
        self.ended(&format!("prepare_plan({PLAN})"), Ending::Failure, &tools);
        self.server.come_back();
    }

    async fn apply_in_a_workflow(&mut self) {
        self.narrator.chapter(
            "6. An apply inside a retried call",
            "`roll_out` applies a plan and then fails. Somebody marked it idempotent by mistake, so a retry would \
             apply the plan a second time. The apply has raised a fence: there is no retry.",
        );
        self.server.script(route::HEALTH, [Fault::Unavailable]);
        let health = self.plans.roll_out(ROLLED_OUT).await;
        let health = health.map(|health| format!("healthy: {}", health.healthy));
        self.ended(&format!("roll_out({ROLLED_OUT})"), Ending::Failure, &health);
    }

    async fn outage(&mut self) {
        self.narrator.chapter(
            "7. An outage",
            "Five failures in a row open the circuit: calls are rejected on the spot, and the service is left alone. \
             Two seconds later one probe is let through, too early; two seconds more and two probes succeed: the \
             circuit closes.",
        );
        self.fetch(PLAN, Ending::Success).await;
        self.server.go_down("/plans");
        self.fetch(PLAN, Ending::Failure).await;
        self.fetch(PLAN, Ending::Failure).await;
        self.fetch(PLAN, Ending::Rejection).await;
        sleep(Duration::from_millis(500)).await;
        self.fetch(PLAN, Ending::Rejection).await;
        sleep(Duration::from_millis(500)).await;
        let wait = self.fetch(PLAN, Ending::Rejection).await;

        sleep(wait).await;
        self.fetch(PLAN, Ending::Failure).await;
        self.server.come_back();
        let wait = self.fetch(PLAN, Ending::Rejection).await;

        sleep(wait).await;
        self.fetch(PLAN, Ending::Success).await;
        self.fetch(PLAN, Ending::Success).await;
        self.fetch(PLAN, Ending::Success).await;
    }

    /// Fetches a plan. The time until a call has a chance, where this one had none.
    async fn fetch(&mut self, id: u32, ending: Ending) -> Duration {
        let plan = self.plans.fetch_plan(id).await;
        let wait = match &plan {
            Err(PlanError::Interrupted(interruption)) => interruption.retry_after(),
            _ => None,
        };
        let plan = plan.map(|Plan { id, title, applied }| {
            format!(
                "plan {id}: {title} ({})",
                if applied { "applied" } else { "not applied" }
            )
        });
        self.ended(&format!("fetch_plan({id})"), ending, &plan);
        wait.unwrap_or_default()
    }

    async fn validate(&mut self) {
        let validation = self.plans.validate_plan(PLAN).await;
        let validation = validation.map(|answer| format!("valid: {}", answer.valid));
        self.ended(&format!("validate_plan({PLAN})"), Ending::Success, &validation);
    }

    /// Says what the caller got, and notes whether it is what the story wants.
    fn ended(&mut self, call: &str, ending: Ending, outcome: &Result<String, PlanError>) {
        let (ended, text) = match outcome {
            Ok(value) => (Ending::Success, value.clone()),
            Err(error) => match error {
                PlanError::Interrupted(why) if why.is_rejection() => (Ending::Rejection, chain(error)),
                _ => (Ending::Failure, chain(error)),
            },
        };
        self.narrator.caller(format_args!("{call} -> {text}"));
        self.endings.calls += 1;
        self.endings.surprises += usize::from(ended != ending);
    }
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.join(": ")
}
