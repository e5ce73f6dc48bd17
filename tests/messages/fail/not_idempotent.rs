use resilience_core::retry_service;
use resilience_tests::Error;

#[retry_service(name = "plan_service", retry(max_attempts = 4), clone(name))]
async fn write_plan(name: String) -> Result<usize, Error> {
    Ok(name.len())
}

// R167
#[retry_service(name = "plan_service", retry(max_attempts = 3))]
#[resilience_core::apply]
fn apply_plan() -> Result<(), Error> {
    Ok(())
}

#[resilience_core::apply]
#[retry_service(name = "plan_service", retry(max_attempts = 3))]
async fn apply_above() -> Result<(), Error> {
    Ok(())
}

fn main() {
    let _ = (write_plan(String::new()), apply_plan(), apply_above());
}
