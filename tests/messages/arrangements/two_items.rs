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

mod idempotent_takes_a_renamed_apply_as_a_value {
    use super::*;
    struct Client<T>(T);
    #[retry_service(name = "plan_service")]
    impl<T> Client<T> {
        #[repeatable]
        fn fetch(&self) -> Result<(), Error> {
            Some(self).map_or(Ok(()), Client::<T>::commit)
        }

        #[commit_point]
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

#[retry_service(name = "plan_store")]
trait Static: Sized {
    #[commit_point]
    fn put(id: u32) -> Result<u32, Error>;
}

mod trait_without_self_and_the_block {
    use super::*;
    struct Memory;
    #[retry_service(name = "plan_service")]
    impl Static for Memory {
        #[repeatable]
        fn put(id: u32) -> Result<u32, Error> {
            Ok(id)
        }
    }
}

mod trait_without_self_and_a_method_that_says_self {
    use super::*;
    struct Memory;
    #[retry_service(name = "plan_store")]
    trait Generic: Sized {
        type Id;
        #[commit_point]
        fn put(id: Self::Id) -> Result<Self::Id, Error>;
    }
    impl Generic for Memory {
        type Id = u32;
        #[resilience_core::retry_service(name = "plan_service", idempotent)]
        fn put(id: Self::Id) -> Result<u32, Error> {
            Ok(id)
        }
    }
}

mod trait_without_self_and_a_body_that_says_self {
    use super::*;
    struct Memory;
    impl Static for Memory {
        #[resilience_core::retry_service(name = "plan_service", idempotent)]
        fn put(id: u32) -> Result<u32, Error> {
            Ok(id + Self::OFFSET)
        }
    }
    impl Memory {
        const OFFSET: u32 = 1;
    }
}

#[retry_service(name = "plan_store")]
trait Objects {
    #[commit_point]
    fn put(&self) -> Result<(), Error>;
}

trait Source {}

mod trait_says_apply_for_an_object {
    impl super::Objects for dyn super::Source {
        #[resilience_core::retry_service(name = "plan_service", idempotent)]
        fn put(&self) -> Result<(), super::Error> {
            Ok(())
        }
    }
}

mod trait_says_apply_for_an_object_in_a_block {
    use super::*;
    #[retry_service(name = "plan_service")]
    impl Objects for dyn Source + Send {
        #[repeatable]
        fn put(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

fn main() {}
