use resilience_core::{idempotent, retry_service};
use resilience_tests::Error;

struct Client;

impl Client {
    #[retry_service(name = "plan_service", idempotent)]
    async fn fetch(&self) -> Result<u32, Error> {
        self.
    }
}

struct Other;

#[retry_service(name = "plan_service")]
impl Other {
    #[idempotent]
    fn fetch(&self) -> Result<u32, Error> {
        1 +
    }
}

fn main() {}
