//! `#[apply]` and `#[idempotent]` in blocks and traits: every module is refused.

use resilience_core::{apply, apply as commit_point, idempotent, idempotent as repeatable, retry_service};
use resilience_tests::Error;

mod block_by_name {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        #[apply]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_renamed {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[commit_point]
        #[repeatable]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_cfg_attr_true {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        #[cfg_attr(all(), commit_point)]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod declared_by_name {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[idempotent]
        #[apply]
        async fn commit(&self) -> Result<(), Error>;
    }
}

mod declared_renamed {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[repeatable]
        #[commit_point]
        async fn commit(&self) -> Result<(), Error>;
    }
}

mod declared_renamed_reversed {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[commit_point]
        #[repeatable]
        async fn commit(&self) -> Result<(), Error>;
    }
}

mod declared_with_another_between {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[commit_point]
        #[resilience_tests_siblings::harmless]
        #[cfg_attr(all(), repeatable)]
        async fn commit(&self) -> Result<(), Error>;
    }
}

mod default_body_renamed {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[repeatable]
        #[commit_point]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod idempotent_calls_an_apply {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        async fn fetch(&self) -> Result<(), Error> {
            self.commit().await
        }

        #[apply]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod idempotent_calls_an_apply_by_path {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[idempotent]
        async fn fetch(&self) -> Result<(), Error> {
            Self::commit(self).await
        }

        #[apply]
        async fn commit(&self) -> Result<(), Error>;
    }
}

mod idempotent_calls_an_apply_by_type {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        fn fetch(&self) -> Result<(), Error> {
            Client::commit(self)
        }

        #[apply]
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod idempotent_calls_an_apply_by_qualified_path {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        fn fetch(&self) -> Result<(), Error> {
            <Self>::commit(self)
        }

        #[apply]
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod idempotent_calls_an_apply_by_trait {
    use super::*;
    #[retry_service(name = "plan_service")]
    trait Plans {
        #[idempotent]
        fn fetch(&self) -> Result<(), Error> {
            Plans::commit(self)
        }

        #[apply]
        fn commit(&self) -> Result<(), Error>;
    }
}

mod idempotent_takes_an_apply_as_a_value {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        fn fetch(&self) -> Result<(), Error> {
            let commit = Self::commit;
            commit(self)
        }

        #[apply]
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_one_between {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        #[resilience_tests_siblings::harmless]
        #[apply]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_one_between_renamed {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[repeatable]
        #[tracing::instrument(skip(self))]
        #[commit_point]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_one_between_drops_all_attributes {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[repeatable]
        #[commit_point]
        #[resilience_tests_siblings::drops_attributes]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod block_instrument_between_reversed {
    use super::*;
    struct Client;
    #[retry_service(name = "plan_service")]
    impl Client {
        #[commit_point]
        #[tracing::instrument(skip(self))]
        #[repeatable]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

fn main() {}
