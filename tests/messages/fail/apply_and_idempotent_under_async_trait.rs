use async_trait::async_trait;
use resilience_core::{apply, retry_service};
use resilience_tests::Error;

#[async_trait]
trait Plans {
    async fn commit(&self) -> Result<(), Error>;
}

struct Client;

#[async_trait]
impl Plans for Client {
    #[apply]
    #[retry_service(name = "plan_service", idempotent)]
    async fn commit(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn main() {}
