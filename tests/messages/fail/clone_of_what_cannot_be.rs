use resilience_core::retry_service;
use resilience_tests::Error;

struct Token;

#[retry_service(name = "plan_service", idempotent, clone(token))]
async fn fetch_plan(token: Token) -> Result<Token, Error> {
    Ok(token)
}

#[retry_service(name = "plan_service", idempotent, clone(tokn))]
async fn misspelled(token: u32) -> Result<u32, Error> {
    Ok(token)
}

fn main() {
    let _ = (fetch_plan(Token), misspelled(1));
}
