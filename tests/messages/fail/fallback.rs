use resilience_core::{Classify, LastFailure, retry_service};
use resilience_tests::Error;

// No room for an interruption, and none needed.
#[derive(Classify)]
#[transient]
struct Down;

#[retry_service(name = "plan_service", idempotent, fallback = |_| Ok(0))]
async fn right() -> Result<u32, Down> {
    Err(Down)
}

#[retry_service(name = "plan_service", fallback = |_| 0)]
fn wrong_type() -> Result<u32, Error> {
    Ok(1)
}

async fn from_cache(_: LastFailure<Result<u32, Error>>) -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", fallback = from_cache)]
async fn not_awaited() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", fallback = async |_| Ok("none"))]
async fn awaited_wrong_type() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", fallback = async |_| Ok(1))]
fn not_async() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", fallback = |_| Ok(name))]
async fn consumed(name: String) -> Result<String, Error> {
    Ok(name)
}

fn main() {
    let _ = (right(), wrong_type(), not_awaited(), awaited_wrong_type(), not_async(), consumed(String::new()));
}
