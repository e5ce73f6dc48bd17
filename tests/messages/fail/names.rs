use resilience_core::{ServiceDef, idempotent, plain, retry_service};
use resilience_tests::Error;

static PLANS: ServiceDef = ServiceDef::new("plan_service");

#[retry_service(name = "PlanService")]
fn a() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", operation = "fetch__plan")]
fn b() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = PLANS)]
fn c() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(service = PLANS)]
fn größe() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(service = PLANS)]
fn _0() -> Result<u32, Error> {
    Ok(1)
}

struct Client;

#[retry_service(service = PLANS)]
impl Client {
    #[idempotent]
    fn _get(&self) -> Result<u32, Error> {
        Ok(1)
    }

    #[plain]
    fn get(&self) -> Result<u32, Error> {
        Ok(1)
    }
}

fn main() {
    let _ = (a(), b(), c(), größe(), _0(), Client._get(), Client.get());
}
