//! Arrangements of `#[apply]` and `idempotent` that are no contradiction, or that nobody can see: every module compiles.
//! The table of all arrangements is in `messages/arrangements.rs`.
#![allow(
    clippy::no_effect_underscore_binding,
    clippy::unused_self,
    dead_code,
    reason = "what is tested is that they compile"
)]

use resilience_core::{apply, apply as commit_point, idempotent, retry_service};
use resilience_tests::Error;
use resilience_tests_siblings as siblings;

mod retry_alone {
    use super::{Error, retry_service};
    #[retry_service(name = "plan_service", idempotent)]
    fn fetch() -> Result<(), Error> {
        Ok(())
    }
}

mod retry_that_is_not_idempotent_with_apply {
    use super::{Error, apply, retry_service};
    #[retry_service(name = "plan_service")]
    #[apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod cfg_attr_false_apply {
    use super::{Error, retry_service};
    #[retry_service(name = "plan_service", idempotent)]
    #[cfg_attr(any(), apply)]
    fn fetch() -> Result<(), Error> {
        Ok(())
    }
}

/// Open: what is repeated is not the body that was marked.
mod one_between_drops_seals_and_replaces_the_body {
    use super::{Error, commit_point, retry_service, siblings};
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::drops_seals]
    #[siblings::replaces_the_body]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

/// Open: nothing of the mark is left.
mod one_between_removes_the_other_attribute {
    use super::{Error, retry_service, siblings};
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::drops(apply)]
    #[apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod block_cfg_attr_false {
    use super::{Error, idempotent, retry_service};
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        #[cfg_attr(any(), apply)]
        fn fetch(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_method_made_by_a_macro {
    use super::{Error, apply, retry_service};
    struct Client;
    macro_rules! commit {
        () => {
            #[apply]
            fn commit(&self) -> Result<(), Error> {
                Ok(())
            }
        };
    }
    #[retry_service(name = "plan_service")]
    impl Client {
        commit! {}
    }
}

mod foreign_apply_with_arguments {
    use super::{Error, retry_service, siblings};
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::apply(now)]
    fn fetch() -> Result<(), Error> {
        Ok(())
    }
}

mod foreign_apply_alone {
    use super::{Error, retry_service, siblings::apply};
    #[retry_service(name = "plan_service", idempotent)]
    #[apply]
    fn fetch() -> Result<(), Error> {
        Ok(())
    }
}

mod other_mark_on_an_inner_function {
    use super::{Error, apply, retry_service};
    #[retry_service(name = "plan_service", idempotent)]
    fn fetch() -> Result<(), Error> {
        #[apply]
        fn commit() -> Result<(), Error> {
            Ok(())
        }
        let _commit = commit;
        Ok(())
    }
}

mod words_in_the_body {
    use super::{Error, retry_service};
    #[retry_service(name = "plan_service", idempotent)]
    fn fetch() -> Result<(), Error> {
        let (apply, idempotent, seal) = (1, 2, 3);
        if apply + idempotent == seal {
            Ok(())
        } else {
            Err(Error::Missing)
        }
    }
}

/// Decided when it is linked: see `contradictions.rs`.
mod trait_without_self_and_a_bare_method {
    use super::{Error, apply, retry_service};
    #[retry_service(name = "plan_store")]
    trait Store: Sized {
        #[apply]
        fn put(id: u32) -> Result<u32, Error>;
    }
    struct Memory;
    impl Store for Memory {
        #[retry_service(name = "plan_service", idempotent)]
        fn put(id: u32) -> Result<u32, Error> {
            Ok(id)
        }
    }
}

/// The stricter holds: see `contradictions.rs`.
mod trait_says_idempotent_and_the_block_says_apply {
    use super::{Error, apply, idempotent, retry_service};
    #[retry_service(name = "plan_store")]
    trait Store {
        #[idempotent]
        fn put(&self, id: u32) -> Result<u32, Error>;
    }
    struct Memory;
    #[retry_service(name = "plan_service")]
    impl Store for Memory {
        #[apply]
        fn put(&self, id: u32) -> Result<u32, Error> {
            Ok(id)
        }
    }
}
