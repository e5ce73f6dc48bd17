use resilience_core::retry_service;
use resilience_tests::Error;

struct Client {
    name: String,
}

impl Client {
    #[retry_service(name = "plan_service", idempotent)]
    async fn lends(&mut self) -> Result<&mut String, Error> {
        Ok(&mut self.name)
    }
}

fn main() {}
