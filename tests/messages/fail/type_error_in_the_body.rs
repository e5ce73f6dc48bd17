use resilience_core::retry_service;
use resilience_tests::Error;

#[retry_service(name = "plan_service", idempotent)]
async fn of_async(id: u32) -> Result<u32, Error> {
    let text: String = id;
    Ok(text)
}

#[retry_service(name = "plan_service", idempotent)]
fn of_sync(id: u32) -> Result<u32, Error> {
    if id == 0 {
        return Err("none");
    }
    Ok(missing)
}

fn main() {
    let _ = (of_async(1), of_sync(1));
}
