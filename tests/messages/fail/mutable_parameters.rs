use resilience_core::retry_service;
use resilience_tests::Error;

#[derive(Clone)]
struct Client;

impl Client {
    #[retry_service(name = "plan_service", idempotent)]
    async fn parameter(&self, mut tags: Vec<String>) -> Result<usize, Error> {
        tags.push(String::new());
        Ok(tags.len())
    }

    #[retry_service(name = "plan_service", idempotent)]
    fn pattern(&self, (mut count, _): (u32, u32)) -> Result<u32, Error> {
        count += 1;
        Ok(count)
    }

    #[retry_service(name = "plan_service", idempotent)]
    async fn receiver(mut self) -> Result<(), Error> {
        self = Client;
        drop(self);
        Ok(())
    }
}

fn main() {}
