use resilience_core::{Interruption, Verdict, apply, idempotent, retry_service};

struct PlanError;

fn interrupted(_: Interruption) -> PlanError {
    PlanError
}

fn answered<T>(_: &T) -> Verdict {
    Verdict::Success
}

#[retry_service(name = "plan_service", interrupted = interrupted, classify = answered)]
async fn no_result() -> Option<u32> {
    Some(1)
}

#[retry_service(name = "plan_service", interrupted = interrupted, classify = answered)]
fn another_error() -> Result<u32, String> {
    Ok(1)
}

#[retry_service(name = "plan_service", interrupted = PlanError::interupted, classify = answered)]
fn no_such_function() -> Result<u32, PlanError> {
    Ok(1)
}

#[apply(interrupted = interrupted, classify = PlanError::judge)]
fn no_such_classifier() -> Result<u32, PlanError> {
    Ok(1)
}

struct Client;

#[retry_service(name = "plan_service", interrupted = interrupted, classify = answered)]
impl Client {
    #[idempotent(fallback = |failure| failure.into_outcome())]
    fn into_outcome(&self) -> Result<u32, PlanError> {
        Ok(1)
    }
}

fn main() {
    let _ = (no_result(), another_error(), no_such_function(), no_such_classifier());
    let _ = Client.into_outcome();
}
