//! `#[apply]` and `idempotent` with macros of somebody else around them: every module is refused.

use async_trait::async_trait;
use resilience_core::{apply, apply as commit_point, retry_service, retry_service as guarded};
use resilience_tests::Error;
use resilience_tests_siblings as siblings;
use tracing::instrument;

mod added_below_retry {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::adds_on_top(apply)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod added_above_retry_on_top {
    use super::*;
    #[siblings::adds_on_top(apply)]
    #[retry_service(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod added_above_retry_at_the_end {
    use super::*;
    #[siblings::adds_at_the_end(apply)]
    #[retry_service(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod added_under_another_name {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::adds_at_the_end(commit_point)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod macro_rules_puts_both {
    use super::*;
    macro_rules! operation {
        ($name:ident) => {
            #[retry_service(name = "plan_service", idempotent)]
            #[apply]
            fn $name() -> Result<(), Error> {
                Ok(())
            }
        };
    }
    operation!(commit);
}

mod macro_rules_puts_one_on_an_item {
    use super::*;
    macro_rules! operation {
        ($item:item) => {
            #[retry_service(name = "plan_service", idempotent)]
            $item
        };
    }
    operation! {
        #[commit_point]
        fn commit() -> Result<(), Error> {
            Ok(())
        }
    }
}

mod instrument_between_retry_above {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[instrument]
    #[apply]
    async fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod instrument_between_apply_above {
    use super::*;
    #[apply]
    #[instrument]
    #[retry_service(name = "plan_service", idempotent)]
    async fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod instrument_between_renamed_retry_above {
    use super::*;
    #[guarded(name = "plan_service", idempotent)]
    #[instrument]
    #[commit_point]
    async fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod instrument_between_renamed_apply_above {
    use super::*;
    #[commit_point]
    #[instrument]
    #[guarded(name = "plan_service", idempotent)]
    async fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod moved_body_retry_above {
    use super::*;
    #[guarded(name = "plan_service", idempotent)]
    #[siblings::moves_the_body]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod moved_body_apply_above {
    use super::*;
    #[commit_point]
    #[siblings::moves_the_body]
    #[guarded(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod one_below_drops_all_attributes {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[commit_point]
    #[siblings::drops_attributes]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod one_between_drops_seals {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::drops_seals]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod one_between_replaces_the_body {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[siblings::replaces_the_body]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod closure_between_retry_above {
    use super::*;
    #[guarded(name = "plan_service", idempotent)]
    #[siblings::wraps_in_a_closure]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod closure_between_apply_above {
    use super::*;
    #[commit_point]
    #[siblings::wraps_in_a_closure]
    #[guarded(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod async_trait_by_name {
    use super::*;
    #[async_trait]
    trait Plans {
        async fn commit(&self) -> Result<(), Error>;
    }
    #[async_trait]
    impl Plans for () {
        #[retry_service(name = "plan_service", idempotent)]
        #[apply]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod async_trait_renamed {
    use super::*;
    #[async_trait]
    trait Plans {
        async fn commit(&self) -> Result<(), Error>;
    }
    #[async_trait]
    impl Plans for () {
        #[guarded(name = "plan_service", idempotent)]
        #[commit_point]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod async_trait_renamed_reversed {
    use super::*;
    #[async_trait]
    trait Plans {
        async fn commit(&self) -> Result<(), Error>;
    }
    #[async_trait]
    impl Plans for () {
        #[commit_point]
        #[guarded(name = "plan_service", idempotent)]
        async fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

fn main() {}
