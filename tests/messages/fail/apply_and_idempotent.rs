use resilience_core::{apply, apply as commit_point, retry_service, retry_service as guarded};
use resilience_tests::Error;

#[retry_service(name = "plan_service", idempotent)]
#[apply]
async fn retry_above() -> Result<(), Error> {
    Ok(())
}

#[apply]
#[retry_service(name = "plan_service", idempotent)]
async fn apply_above() -> Result<(), Error> {
    Ok(())
}

#[guarded(name = "plan_service", idempotent)]
#[inline]
#[commit_point]
fn other_names() -> Result<(), Error> {
    Ok(())
}

#[cfg_attr(all(), commit_point)]
#[cfg_attr(all(), guarded(name = "plan_service", idempotent))]
fn hidden_by_cfg_attr() -> Result<(), Error> {
    Ok(())
}

#[retry_service(name = "plan_service", idempotent)]
#[::resilience_core::apply]
fn full_path() -> Result<(), Error> {
    Ok(())
}

fn main() {
    let _ = (retry_above(), apply_above(), other_names(), hidden_by_cfg_attr(), full_path());
}
