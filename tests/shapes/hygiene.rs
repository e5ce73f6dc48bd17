//! No name of the expansion meets a name of the user's.

use crate::{SHAPES, Work, send};
use resilience_core::{ServiceDef, retry_service};
use resilience_tests::{Error, immediate};

/// The name of the expansion's own `static`.
static OPERATION: ServiceDef = ServiceDef::new("hygiene").retry(immediate(3));

#[retry_service(service = OPERATION, idempotent)]
async fn an_item_of_the_users(work: &Work) -> Result<&'static str, Error> {
    work.wait().await?;
    Ok(OPERATION.name())
}

#[retry_service(service = SHAPES, idempotent, clone(service))]
async fn parameters(
    call: &Work,
    outcome: u32,
    delay: u32,
    interruption: u32,
    service: u32,
    registry: u32,
) -> Result<u32, Error> {
    let run = call.wait().await?;
    Ok(run + outcome + delay + interruption + service + registry)
}

#[retry_service(service = service.of_plans, idempotent)]
fn in_the_attribute(service: &Services, call: &Work) -> Result<u32, Error> {
    call.run()
}

struct Services {
    of_plans: &'static resilience_core::Service,
}

#[retry_service(service = SHAPES, idempotent, classify = |outcome| classify_with(outcome, delay))]
async fn in_the_classifier(call: &Work, delay: u32) -> Result<u32, Error> {
    call.wait().await
}

fn classify_with(outcome: &Result<u32, Error>, limit: u32) -> resilience_core::Verdict {
    match outcome {
        Err(Error::Down(run)) if *run < limit => {
            resilience_core::Verdict::Failure(resilience_core::FailureKind::Transient)
        }
        Err(_) => resilience_core::Verdict::Failure(resilience_core::FailureKind::Permanent),
        Ok(_) => resilience_core::Verdict::Success,
    }
}

#[tokio::test]
async fn names_do_not_meet() {
    assert_eq!(send(an_item_of_the_users(&Work::hard())).await, Ok("hygiene"));
    assert_eq!(send(parameters(&Work::hard(), 10, 20, 30, 40, 50)).await, Ok(153));
    let services = Services {
        of_plans: resilience_core::Registry::global().service("hygiene"),
    };
    assert_eq!(in_the_attribute(&services, &Work::hard()), Ok(3));
    assert_eq!(send(in_the_classifier(&Work::hard(), 9)).await, Ok(3));
    assert_eq!(send(in_the_classifier(&Work::hard(), 2)).await, Err(Error::Down(2)));
}
