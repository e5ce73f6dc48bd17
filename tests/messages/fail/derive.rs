use resilience_core::{Classify, Interruption, retry_service};
use std::{num::ParseIntError, time::Duration};

#[derive(Classify)]
enum PlanError {
    Unavailable,
    #[transient]
    #[permanent]
    Both,
    #[throttled(after = wiat)]
    Busy { wait: Duration },
    #[interruption]
    Interrupted(Interruption),
}

// The mistakes above are all that is said: the operation compiles.
#[retry_service(name = "plan_service", idempotent)]
async fn fetch() -> Result<u32, PlanError> {
    Err(PlanError::Busy { wait: Duration::ZERO })
}

#[derive(Classify)]
enum Unclassified {
    #[classify(transparent)]
    Number(ParseIntError),
    #[throttled(after = 0)]
    Busy(u64),
}

#[derive(Classify)]
enum Twice {
    #[interruption]
    Interrupted(Interruption),
}

impl From<Interruption> for Twice {
    fn from(interruption: Interruption) -> Self {
        Self::Interrupted(interruption)
    }
}

#[derive(Classify)]
union Bits {
    word: u32,
    bytes: [u8; 4],
}

fn main() {
    let _ = fetch();
    let _ = (PlanError::Unavailable, PlanError::Both, PlanError::Busy { wait: Duration::ZERO });
}
