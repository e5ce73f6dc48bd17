use resilience_core::retry_service;
use resilience_tests::Error;

#[retry_service(idempotent)]
async fn fetch_plan() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service]
async fn write_plan() -> Result<u32, Error> {
    Ok(1)
}

fn main() {
    let _ = (fetch_plan(), write_plan());
}
