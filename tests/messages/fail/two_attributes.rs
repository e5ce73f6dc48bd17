use resilience_core::{apply, retry_service};
use resilience_tests::Error;

#[retry_service(name = "plan_service")]
#[retry_service(name = "other_service", idempotent)]
async fn fetch_plan() -> Result<(), Error> {
    Ok(())
}

#[apply]
#[apply]
async fn write_plan() -> Result<(), Error> {
    Ok(())
}

fn main() {
    let _ = (fetch_plan(), write_plan());
}
