//! `#[apply]` and `idempotent` on one function: every module is refused.

use resilience_core::{apply, retry_service};
use resilience_tests::Error;

struct Client;

mod retry_above_apply {
    use super::*;
    impl Client {
        #[retry_service(name = "plan_service", idempotent)]
        #[apply]
        async fn retry_above_apply(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod apply_above_retry {
    use super::*;
    impl Client {
        #[apply]
        #[retry_service(name = "plan_service", idempotent)]
        async fn apply_above_retry(&self) -> Result<(), Error> {
            Ok(())
        }
    }
}

mod free_function_retry_above {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod free_function_apply_above {
    use super::*;
    #[apply]
    #[retry_service(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod apply_renamed_below {
    use super::*;
    use resilience_core::apply as commit_point;
    #[retry_service(name = "plan_service", idempotent)]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod apply_renamed_above {
    use super::*;
    use resilience_core::apply as commit_point;
    #[commit_point]
    #[retry_service(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod retry_renamed_above {
    use super::*;
    use resilience_core::retry_service as guarded;
    #[guarded(name = "plan_service", idempotent)]
    #[apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod retry_renamed_below {
    use super::*;
    use resilience_core::retry_service as guarded;
    #[apply]
    #[guarded(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod both_renamed_retry_above {
    use super::*;
    use resilience_core::{apply as commit_point, retry_service as guarded};
    #[guarded(name = "plan_service", idempotent)]
    #[commit_point]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod both_renamed_apply_above {
    use super::*;
    use resilience_core::{apply as commit_point, retry_service as guarded};
    #[commit_point]
    #[guarded(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod exported_again_under_another_name {
    use super::*;
    mod facade {
        pub use resilience_core::apply as writes;
    }
    #[retry_service(name = "plan_service", idempotent)]
    #[facade::writes]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod by_path_retry_above {
    use super::Error;
    #[::resilience_core::retry_service(name = "plan_service", idempotent)]
    #[::resilience_core::apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod by_path_apply_above {
    use super::Error;
    #[resilience_core::apply]
    #[resilience_core::retry_service(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod extern_crate_renamed {
    use super::Error;
    extern crate resilience_core as guard;
    #[self::guard::retry_service(name = "plan_service", idempotent)]
    #[self::guard::apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod glob_import {
    use super::Error;
    use resilience_core::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[apply]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod cfg_attr_apply_above {
    use super::*;
    #[cfg_attr(all(), apply)]
    #[retry_service(name = "plan_service", idempotent)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod cfg_attr_apply_below {
    use super::*;
    #[retry_service(name = "plan_service", idempotent)]
    #[cfg_attr(all(), apply)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod cfg_attr_both {
    use super::*;
    #[cfg_attr(all(), retry_service(name = "plan_service", idempotent))]
    #[cfg_attr(all(), apply)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

mod cfg_attr_renamed {
    use super::*;
    use resilience_core::apply as commit_point;
    #[retry_service(name = "plan_service", idempotent)]
    #[cfg_attr(all(), commit_point)]
    fn commit() -> Result<(), Error> {
        Ok(())
    }
}

fn main() {}
