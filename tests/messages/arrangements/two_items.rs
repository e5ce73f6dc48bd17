//! The trait says `#[apply]`, the implementation says `idempotent`: no macro sees both, and the compiler refuses.

use resilience_core::{apply as commit_point, idempotent as repeatable, retry_service};
use resilience_tests::Error;

#[retry_service(name = "plan_store")]
trait Store<T = u32> {
    #[commit_point]
    async fn put(&self, plan: &T) -> Result<(), Error>;
}

mod trait_says_apply_and_the_block_says_idempotent {
    use super::*;
    struct Memory;
    #[retry_service(name = "plan_store")]
    impl Store for Memory {
        #[repeatable]
        async fn put(&self, _plan: &u32) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod trait_says_apply_and_the_method_says_idempotent {
    struct Memory;
    // Not imported, not annotated.
    impl super::Store for Memory {
        #[resilience_core::retry_service(name = "plan_store", idempotent)]
        async fn put(&self, _plan: &u32) -> Result<(), super::Error> {
            Ok(())
        }
    }
}

fn main() {}
