use resilience_core::{apply, idempotent, retry_service};
use resilience_tests::Error;

#[retry_service(name = "plan_store")]
trait Store<T = u32> {
    #[apply]
    async fn put(&self, plan: &T) -> Result<(), Error>;
}

struct ByBlock;

#[retry_service(name = "plan_store")]
impl Store for ByBlock {
    #[idempotent]
    async fn put(&self, _plan: &u32) -> Result<(), Error> {
        Ok(())
    }
}

struct ByMethod;

impl Store for ByMethod {
    #[retry_service(name = "plan_store", idempotent)]
    async fn put(&self, _plan: &u32) -> Result<(), Error> {
        Ok(())
    }
}

struct Fine;

#[retry_service(name = "plan_store")]
impl Store for Fine {
    #[apply]
    async fn put(&self, _plan: &u32) -> Result<(), Error> {
        Ok(())
    }
}

fn main() {}
