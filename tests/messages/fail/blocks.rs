use resilience_core::{ServiceDef, apply, idempotent, plain, retry_service};
use resilience_tests::Error;

static PLANS: ServiceDef = ServiceDef::new("plan_service");

struct Client;

#[retry_service(
    name = "plan_service",
    idempotent,
    operation = "fetch_plan",
    clone(id),
    breaker(failure_treshold = 3, recovery_timeout = "0s", half_open_max_calls = 65, enabled = 1),
    budget(capacity = 0, deposit = 11, deposit = 1)
)]
impl Client {
    #[idempotent]
    fn first(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[retry_service(service = PLANS, breaker(recovery_timeout = "2m", max_recovery_timeout = "1m"))]
impl Client {
    #[idempotent]
    fn second(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[retry_service(name = "plan_service")]
impl Client {
    fn none_is_marked(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[retry_service(name = "plan_service")]
impl Client {
    #[idempotent(name = "tool_service", operaton = "x", clone(id), attempt_timeout = "1s")]
    fn options(&self) -> Result<(), Error> {
        Ok(())
    }

    #[plain(retry(max_attempts = 3))]
    fn never_repeated(&self) -> Result<(), Error> {
        Ok(())
    }

    #[idempotent]
    #[plain]
    fn two_words(&self) -> Result<(), Error> {
        Ok(())
    }

    #[plain]
    #[apply]
    fn two_words_more(&self) -> Result<(), Error> {
        Ok(())
    }

    #[apply]
    #[apply]
    fn twice(&self) -> Result<(), Error> {
        Ok(())
    }

    #[idempotent]
    #[retry_service(name = "tool_service")]
    fn two_services(&self) -> Result<(), Error> {
        Ok(())
    }

    #[retry_service(name = "tool_service")]
    #[plain]
    fn two_services_more(&self) -> Result<(), Error> {
        Ok(())
    }

    #[idempotent]
    const LIMIT: u32 = 1;
}

impl Client {
    #[idempotent]
    fn without_a_block(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[plain]
fn no_method() -> Result<(), Error> {
    Ok(())
}

#[apply]
impl Client {}

#[retry_service(name = "plan_service")]
#[retry_service(name = "tool_service")]
impl Client {
    #[idempotent]
    fn two_attributes(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn main() {
    // The items are there whatever is wrong with their attributes.
    let _ = (Client.first(), Client.second(), Client.none_is_marked(), Client.options(), Client::LIMIT);
    let _ = (Client.two_words(), Client.twice(), Client.two_services(), Client.without_a_block(), no_method());
}
