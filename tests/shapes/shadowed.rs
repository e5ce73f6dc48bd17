//! Modules where nothing has its usual name.

use crate::{Work, send};
use resilience_tests::Error;

/// Names of the prelude, of crates and of macros mean something else here.
#[allow(dead_code, unused_macros, non_camel_case_types)]
mod redefined {
    use crate::{SHAPES, Work};
    use resilience_core::retry_service;

    mod core {}
    mod std {}
    mod resilience_core_ {}
    struct Ok;
    struct Err;
    struct Some;
    struct None;
    struct Result;
    struct Option;
    struct Box;
    struct Future;
    struct u32;
    trait Clone {}
    trait Outcome {}
    trait FromInterruption {}
    macro_rules! matches {
        () => {};
    }
    macro_rules! unreachable {
        () => {};
    }

    type Answer = ::core::result::Result<::core::primitive::u32, ::resilience_tests::Error>;

    #[retry_service(service = SHAPES, idempotent, clone(offset), retry(base_delay = "1ms", jitter = none))]
    pub(super) async fn waits(work: &Work, offset: ::core::primitive::u32) -> Answer {
        if offset == 9 {
            return work.run();
        }
        work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    pub(super) fn blocks(work: &Work) -> Answer {
        work.run()
    }

    #[::resilience_core::apply]
    pub(super) fn applies(work: &Work) -> Answer {
        work.run()
    }
}

/// There is no prelude at all.
#[no_implicit_prelude]
mod bare {
    use crate::{SHAPES, Work};
    use ::core::result::Result;
    use ::resilience_core::retry_service;
    use ::resilience_tests::Error;

    #[retry_service(service = SHAPES, idempotent, clone(offset), retry(base_delay = "1ms", jitter = none))]
    pub(super) async fn waits(work: &Work, offset: u32) -> Result<u32, Error> {
        if offset == 9 {
            return work.run();
        }
        work.wait().await
    }

    #[retry_service(service = SHAPES, idempotent)]
    pub(super) fn blocks(work: &Work) -> Result<u32, Error> {
        work.run()
    }

    #[retry_service(service = SHAPES)]
    #[::resilience_core::apply]
    pub(super) fn applies(work: &Work) -> Result<u32, Error> {
        work.run()
    }
}

#[tokio::test]
async fn every_path_is_absolute() {
    assert_eq!(send(redefined::waits(&Work::hard(), 1)).await, Ok(3));
    assert_eq!(redefined::blocks(&Work::hard()), Ok(3));
    assert_eq!(redefined::applies(&Work::hard()), Err(Error::Down(1)));
    assert_eq!(send(bare::waits(&Work::hard(), 1)).await, Ok(3));
    assert_eq!(bare::blocks(&Work::hard()), Ok(3));
    assert_eq!(bare::applies(&Work::hard()), Err(Error::Down(1)));
}
