use resilience_core::{Interruption, retry_service};

struct Unclassified;

impl From<Interruption> for Unclassified {
    fn from(_: Interruption) -> Self {
        Self
    }
}

#[retry_service(name = "plan_service", idempotent)]
async fn unclassified() -> Result<u32, Unclassified> {
    Ok(1)
}

#[retry_service(name = "plan_service", idempotent)]
async fn option() -> Option<u32> {
    None
}

#[retry_service(name = "plan_service")]
fn nothing() {}

#[retry_service(name = "plan_service")]
async fn never() -> ! {
    loop {}
}

fn main() {
    let _ = (unclassified(), option(), nothing(), never());
}
