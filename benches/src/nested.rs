//! Annotated calls inside annotated calls.

use crate::{
    body::{Failed, ready, work},
    subject::Subject,
};
use resilience_core::retry_service;

macro_rules! levels {
    ($($name:ident calls $inner:ident in $service:literal;)*) => {
        $(
            #[retry_service(name = $service, idempotent)]
            async fn $name(input: u64) -> Result<u64, Failed> {
                $inner(input).await
            }
        )*
    };
}

#[allow(clippy::unused_async, reason = "the levels await it")]
async fn body(input: u64) -> Result<u64, Failed> {
    work(input)
}

levels! {
    first calls body in "bench_level_1";
    second calls first in "bench_level_2";
    third calls second in "bench_level_3";
    fourth calls third in "bench_level_4";
    fifth calls fourth in "bench_level_5";
}

/// So many levels.
#[must_use]
pub fn at(levels: usize) -> Subject {
    match levels {
        1 => Subject::new(|| |input| ready(first(input))),
        2 => Subject::new(|| |input| ready(second(input))),
        3 => Subject::new(|| |input| ready(third(input))),
        4 => Subject::new(|| |input| ready(fourth(input))),
        _ => Subject::new(|| |input| ready(fifth(input))),
    }
}

/// The bytes of the futures, by level.
#[must_use]
pub fn future_sizes() -> [usize; 5] {
    [
        size_of_val(&first(1)),
        size_of_val(&second(1)),
        size_of_val(&third(1)),
        size_of_val(&fourth(1)),
        size_of_val(&fifth(1)),
    ]
}
