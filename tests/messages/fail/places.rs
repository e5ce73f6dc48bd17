use resilience_core::{apply, retry_service};
use resilience_tests::Error;
use std::future::Future;

trait Contract {
    #[retry_service(name = "plan_service", idempotent)]
    async fn fetch_plan(&self) -> Result<u32, Error>;

    #[apply]
    async fn write_plan(&self) -> Result<u32, Error>;
}

#[retry_service(name = "plan_service")]
struct Plan;

#[retry_service(name = "plan_service")]
const fn computed() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", attempt_timeout = "2s")]
fn blocking() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service")]
fn hidden() -> impl Future<Output = Result<u32, Error>> {
    std::future::ready(Ok(1))
}

fn main() {
    let _ = (Plan, computed(), blocking(), hidden());
}
