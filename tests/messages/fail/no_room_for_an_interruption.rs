use resilience_core::{Classify, FailureKind, apply, retry_service};

struct PlanError;

impl Classify for PlanError {
    fn classify(&self) -> FailureKind {
        FailureKind::Permanent
    }
}

#[retry_service(name = "plan_service", idempotent)]
async fn idempotent() -> Result<u32, PlanError> {
    Ok(1)
}

#[retry_service(name = "plan_service")]
fn plain() -> Result<u32, PlanError> {
    Ok(1)
}

#[apply]
async fn applies() -> Result<u32, PlanError> {
    Ok(1)
}

fn main() {
    let _ = (idempotent(), plain(), applies());
}
