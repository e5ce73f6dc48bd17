use resilience_core::retry_service;
use resilience_tests::Error;

struct Client;

impl Client {
    #[retry_service(
        nmae = "plan_service",
        idempotent,
        retry(max_attempts = 0, max_retries = 3, base_delay = "1m", jitter = ful),
        attempt_timeout = "soon",
        clone(tag),
        breaker(failure_threshold = 3)
    )]
    async fn fetchPlan(&self, mut tags: Vec<String>) -> Result<usize, Error> {
        tags.push(String::new());
        Ok(tags.len())
    }
}

// The method is there all the same: its callers are not told that it is missing.
async fn caller(client: &Client) -> Result<usize, Error> {
    client.fetchPlan(Vec::new()).await
}

fn main() {
    let _ = caller(&Client);
}
