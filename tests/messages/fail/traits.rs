use resilience_core::{apply, idempotent, plain, retry_service};
use resilience_tests::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

macro_rules! more {
    () => {};
}

#[retry_service(name = "plan_store")]
trait Store: Send + 'static {
    #[idempotent]
    fn by_value(&self, id: String, limit: usize) -> Result<(), Error>;

    #[idempotent]
    fn consumed(self) -> Result<(), Error>;

    #[plain]
    fn shared(self: Arc<Self>) -> Result<(), Error>;

    #[plain]
    fn other(&self, other: &Self) -> Result<(), Error>;

    #[plain]
    fn sometimes(&self, #[cfg(all())] id: u32) -> Result<(), Error>;

    fn pair() -> (Self, u32)
    where
        Self: Sized;

    more!();
}

#[retry_service(name = "plan_store")]
trait Repeated {
    #[idempotent(attempt_timeout = "1s", classify = )]
    fn by_value(&self, id: String, limit: usize, tags: &[u8]) -> Result<(), Error>;

    #[idempotent]
    fn consumed(self) -> Result<(), Error>;
}

#[retry_service(name = "plan_store")]
unsafe trait Promise {
    #[plain]
    fn kept(&self) -> Result<(), Error>;
}

#[retry_service(name = "plan_store")]
trait Contradiction {
    #[apply]
    #[idempotent]
    fn commit(&self) -> Result<(), Error>;

    #[idempotent]
    fn calls(&self) -> Result<(), Error> {
        self.put()
    }

    #[apply]
    fn put(&self) -> Result<(), Error>;
}

#[retry_service(service = self.service)]
trait Handle {
    #[plain]
    fn count(&self) -> Result<(), Error>;
}

#[retry_service(name = "plan_store")]
trait Later {
    #[idempotent]
    fn borrowed(&self, id: &str) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

    #[plain]
    fn exclusive(&mut self) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;
}

#[retry_service(name = "plan_store", pointers(Arc, Weak))]
trait Shared {
    #[plain]
    fn exclusive(&mut self) -> Result<(), Error>;
}

struct Client;

#[retry_service(name = "plan_store", pointers(Arc))]
impl Client {
    #[plain]
    fn count(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn main() {}
