#![deny(dead_code)]

use resilience_core::{plain, retry_service};
use resilience_tests::Error;

// Nobody goes through a decorator: nothing is protected.
#[retry_service(name = "plan_store", breaker(failure_threshold = 3))]
trait Store {
    #[plain]
    fn count(&self) -> Result<(), Error>;
}

struct Memory;

impl Store for Memory {
    fn count(&self) -> Result<(), Error> {
        Ok(())
    }
}

// One constructor is enough.
#[retry_service(name = "plan_store")]
trait Used {
    #[plain]
    fn count(&self) -> Result<(), Error>;
}

impl Used for Memory {
    fn count(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn main() {
    let _ = Store::count(&Memory);
    let _ = UsedResilient::new(Memory).count();
}
