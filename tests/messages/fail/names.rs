use resilience_core::retry_service;
use resilience_tests::Error;

#[retry_service(name = "PlanService")]
fn a() -> Result<u32, Error> {
    Ok(1)
}

#[retry_service(name = "plan_service", operation = "fetch__plan")]
fn b() -> Result<u32, Error> {
    Ok(1)
}

#[allow(non_snake_case)]
#[retry_service(name = "plan_service")]
fn fetchPlan() -> Result<u32, Error> {
    Ok(1)
}

fn main() {
    let _ = (a(), b(), fetchPlan());
}
