//! The trait says `#[apply]`, the implementation says `idempotent`; one method calls another that is an apply under another name:
//! no macro sees both, and the compiler refuses.

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

mod idempotent_calls_a_renamed_apply {
    use super::*;
    struct Client<T>(T);
    #[retry_service(name = "plan_service")]
    impl<T: Sync> Client<T> {
        #[repeatable]
        async fn fetch(&self) -> Result<(), Error> {
            self.touch()?;
            vec![self.commit(1).await].remove(0)
        }

        #[commit_point]
        pub(crate) async fn commit(&self, _id: u32) -> Result<(), Error> {
            Ok(())
        }

        #[repeatable]
        fn touch(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod idempotent_calls_a_conditional_apply {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[retry_service(name = "tool_service", idempotent)]
        fn fetch(&self) -> Result<(), Error> {
            Self::r#final(self)
        }

        #[cfg_attr(all(), commit_point)]
        #[retry_service(name = "tool_service")]
        fn r#final(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

fn main() {}
