//! The client: what a program that uses the framework looks like.

use reqwest::{Client, Method, Response, StatusCode, header::RETRY_AFTER};
use resilience_core::{
    BreakerPolicy, Classify, FailureKind, Interruption, RetryPolicy, ServiceDef, apply, retry_service,
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{error::Error, fmt, time::Duration};

/// The remote plan service: one breaker and one retry budget for all methods that name it.
pub(crate) static PLANS: ServiceDef = ServiceDef::new("plan_service")
    .retry(
        RetryPolicy::builder()
            .max_attempts(3)
            .base_delay(Duration::from_millis(200)),
    )
    .breaker(
        // For a story that goes the same way each time: five failures are enough, however soon they come, and the circuit stays
        // open for as long each time.
        BreakerPolicy::builder()
            .failure_threshold(5)
            .failure_span(Duration::ZERO)
            .recovery_timeout(Duration::from_secs(2))
            .recovery_factor(1.0),
    );

pub(crate) struct PlanService {
    http: Http,
    tools: ToolService,
}

impl PlanService {
    pub(crate) fn new(base: &str) -> Result<Self, PlanError> {
        let http = Http::new(base)?;
        let tools = ToolService { http: http.clone() };
        Ok(Self { http, tools })
    }

    /// Reading twice is harmless: retried with backoff and jitter.
    #[retry_service(service = PLANS, idempotent)]
    pub(crate) async fn fetch_plan(&self, id: u32) -> Result<Plan, PlanError> {
        self.http.ask(Method::GET, &format!("/plans/{id}")).await
    }

    /// Every attempt has one second; one that takes longer is cancelled.
    #[retry_service(service = PLANS, idempotent, attempt_timeout = "1s")]
    pub(crate) async fn validate_plan(&self, id: u32) -> Result<Validation, PlanError> {
        self.http.ask(Method::POST, &format!("/plans/{id}/validate")).await
    }

    /// Changes the world: one attempt, and no caller that retries sends it again.
    #[retry_service(service = PLANS)]
    #[apply]
    pub(crate) async fn apply_plan(&self, id: u32) -> Result<Applied, PlanError> {
        self.http.ask(Method::POST, &format!("/plans/{id}/apply")).await
    }

    /// Asks a second service for each step: retries out here, so those in there are left out.
    #[retry_service(service = PLANS, idempotent)]
    pub(crate) async fn prepare_plan(&self, id: u32) -> Result<Vec<Tool>, PlanError> {
        let steps: Vec<Step> = self.http.ask(Method::GET, &format!("/plans/{id}/steps")).await?;
        let mut tools = Vec::new();
        for step in steps {
            tools.push(self.tools.find_tool(&step.tool).await?);
        }
        Ok(tools)
    }

    /// Called idempotent by mistake, since it contains an apply: the fence keeps a second attempt from starting.
    #[retry_service(service = PLANS, idempotent)]
    pub(crate) async fn roll_out(&self, id: u32) -> Result<Health, PlanError> {
        self.apply_plan(id).await?;
        self.http.ask(Method::GET, &format!("/plans/{id}/health")).await
    }
}

/// A second service, with a breaker and a budget of its own.
struct ToolService {
    http: Http,
}

impl ToolService {
    #[retry_service(name = "tool_service", idempotent, retry(max_attempts = 3, base_delay = "200ms"))]
    pub(crate) async fn find_tool(&self, name: &str) -> Result<Tool, PlanError> {
        self.http.ask(Method::GET, &format!("/tools/{name}")).await
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Plan {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) applied: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Validation {
    pub(crate) valid: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Applied {
    pub(crate) applied: bool,
}

#[derive(Debug, Deserialize)]
struct Step {
    tool: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Health {
    pub(crate) healthy: bool,
}

/// Whatever a call can end with in place of an answer.
#[derive(Debug)]
pub(crate) enum PlanError {
    /// The service answered, though not with what was asked for.
    Status {
        status: StatusCode,
        retry_after: Option<Duration>,
    },
    /// No answer, or none that can be read.
    Http(reqwest::Error),
    /// The framework ended the call: circuit open, attempt timeout and so on.
    Interrupted(Interruption),
}

/// Which failures are worth a retry: the one decision that the framework cannot make.
impl Classify for PlanError {
    fn classify(&self) -> FailureKind {
        match self {
            Self::Status {
                status: StatusCode::TOO_MANY_REQUESTS,
                retry_after,
            } => FailureKind::Throttled {
                retry_after: *retry_after,
            },
            Self::Status { status, .. } if status.is_server_error() => FailureKind::Transient,
            Self::Status { .. } => FailureKind::Permanent,
            Self::Http(error) if error.is_builder() || error.is_decode() => FailureKind::Permanent,
            Self::Http(_) => FailureKind::Transient,
            Self::Interrupted(interruption) => interruption.classify(),
        }
    }
}

impl From<Interruption> for PlanError {
    fn from(interruption: Interruption) -> Self {
        Self::Interrupted(interruption)
    }
}

impl From<reqwest::Error> for PlanError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, .. } => write!(f, "the service answered {status}"),
            Self::Http(_) => f.write_str("the exchange with the service broke off"),
            Self::Interrupted(interruption) => interruption.fmt(f),
        }
    }
}

impl Error for PlanError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(error) => Some(error),
            Self::Status { .. } | Self::Interrupted(_) => None,
        }
    }
}

/// The transport: one request, one answer, no retries of its own.
#[derive(Clone)]
struct Http {
    client: Client,
    base: String,
}

impl Http {
    fn new(base: &str) -> Result<Self, PlanError> {
        let client = Client::builder().retry(reqwest::retry::never()).no_proxy().build()?;
        Ok(Self {
            client,
            base: base.to_owned(),
        })
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str) -> Result<T, PlanError> {
        let url = format!("{}{path}", self.base);
        let answer = self.client.request(method, url).send().await?;
        if answer.status().is_success() {
            Ok(answer.json().await?)
        } else {
            Err(PlanError::Status {
                status: answer.status(),
                retry_after: retry_after(&answer),
            })
        }
    }
}

/// `Retry-After` in seconds.
fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
