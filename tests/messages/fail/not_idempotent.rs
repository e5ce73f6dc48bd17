use resilience_core::retry_service;
use resilience_tests::Error;

#[retry_service(name = "plan_service", retry(max_attempts = 4), clone(name))]
async fn write_plan(name: String) -> Result<usize, Error> {
    Ok(name.len())
}

fn main() {
    let _ = write_plan(String::new());
}
