//! Every target, and the figures that it is about.

use super::Target;
use crate::{clocks, compiling, dependencies, figures::Kind, sizes, times};

const SYNC: &str = "success, sync";
const ASYNC: &str = "success, async";
const REJECTED: &str = "rejected, sync";
const REJECTED_ASYNC: &str = "rejected, async";
const TROUBLE: &str = "1 in 8 failing, sync";

/// All that are measured.
pub const TARGETS: &[Target] = &[
    Target {
        what: "breaker alone, held, success, sync: instructions over the plain call",
        limit: Some(12.0),
        kind: Kind::Instructions,
        cases: &[(SYNC, "ours: consecutive, held"), (SYNC, "ours: 100 calls, full")],
        peers: Some(SYNC),
    },
    Target {
        what: "breaker alone, held, success, async: instructions over the plain call",
        limit: Some(12.0),
        kind: Kind::Instructions,
        cases: &[(ASYNC, "ours: consecutive, held"), (ASYNC, "ours: 100 calls, full")],
        peers: Some(ASYNC),
    },
    Target {
        what: "whole annotated call, success, sync: instructions over the plain call (peers: retry alone)",
        limit: Some(45.0),
        kind: Kind::Instructions,
        cases: &[(SYNC, "ours: annotated")],
        peers: Some("retry, success, sync"),
    },
    Target {
        what: "whole annotated call, success, async: instructions over the plain call (peers: retry alone)",
        limit: Some(103.0),
        kind: Kind::Instructions,
        cases: &[(ASYNC, "ours: annotated")],
        peers: Some("retry, success, async"),
    },
    Target {
        what: "healthy: allocations",
        limit: Some(0.0),
        kind: Kind::Allocations,
        cases: &[
            (SYNC, "ours: consecutive, held"),
            (SYNC, "ours: 100 calls, full"),
            (SYNC, "ours: 60 s"),
            (SYNC, "ours: annotated"),
            (SYNC, "ours: annotated, idempotent"),
            (ASYNC, "ours: annotated"),
            (ASYNC, "ours: annotated, idempotent"),
            ("nested, success", "ours: 5 levels"),
        ],
        peers: Some(ASYNC),
    },
    Target {
        what: "healthy: readings of the clock",
        limit: Some(0.0),
        kind: Kind::Readings,
        cases: &[
            (clocks::READINGS, "ours: consecutive"),
            (clocks::READINGS, "ours: 100 calls, full"),
            (clocks::READINGS, "ours: annotated, sync"),
            (clocks::READINGS, "ours: annotated, async"),
            (clocks::READINGS, "ours: annotated, idempotent, async"),
        ],
        peers: None,
    },
    Target {
        what: "healthy, idempotent and sync: readings of the clock",
        limit: Some(1.0),
        kind: Kind::Readings,
        cases: &[(clocks::READINGS, "ours: annotated, idempotent, sync")],
        peers: None,
    },
    Target {
        what: "two threads on one healthy breaker: time to one thread's, to that of the plain call",
        limit: Some(1.15),
        kind: Kind::Ratio,
        cases: &[
            (SYNC_TO_PLAIN, "ours: consecutive, static"),
            (SYNC_TO_PLAIN, "ours: consecutive, held"),
            (SYNC_TO_PLAIN, "ours: 100 calls, full"),
        ],
        peers: Some(SYNC_TO_PLAIN),
    },
    Target {
        what: "two threads on one healthy service: time to one thread's, to that of the plain call",
        limit: Some(1.15),
        kind: Kind::Ratio,
        cases: &[
            (SYNC_TO_PLAIN, "ours: annotated"),
            (SYNC_TO_PLAIN, "ours: annotated, idempotent"),
            (ASYNC_TO_PLAIN, "ours: annotated"),
            (ASYNC_TO_PLAIN, "ours: annotated, idempotent"),
        ],
        peers: Some(ASYNC_TO_PLAIN),
    },
    Target {
        what: "two threads on one breaker with a window of time, still clock: the same",
        limit: Some(1.15),
        kind: Kind::Ratio,
        cases: &[
            (SYNC_TO_PLAIN, "ours: 60 s, still clock"),
            (ASYNC_TO_PLAIN, "ours: 60 s, still clock"),
        ],
        peers: Some(SYNC_TO_PLAIN),
    },
    Target {
        what: "rejected, still clock: instructions over the plain call",
        limit: Some(45.0),
        kind: Kind::Instructions,
        cases: &[(REJECTED, "ours, still clock"), (REJECTED_ASYNC, "ours, still clock")],
        peers: Some(REJECTED),
    },
    Target {
        what: "rejected: readings of the clock",
        limit: Some(1.0),
        kind: Kind::Readings,
        cases: &[(clocks::REJECTED, "ours")],
        peers: None,
    },
    Target {
        what: "rejected: allocations",
        limit: Some(0.0),
        kind: Kind::Allocations,
        cases: &[
            (REJECTED, "ours"),
            (REJECTED, "ours: annotated"),
            (REJECTED_ASYNC, "ours"),
            (REJECTED_ASYNC, "ours: annotated"),
        ],
        peers: Some(REJECTED_ASYNC),
    },
    Target {
        what: "rejected: bytes of the value that says so",
        limit: Some(16.0),
        kind: Kind::Bytes,
        cases: &[(sizes::TYPES, "ours: Rejected"), (sizes::TYPES, "ours: Interruption")],
        peers: None,
    },
    Target {
        what: "1 in 8 failing, consecutive: ns over the plain call",
        limit: Some(6.0),
        kind: Kind::Nanos,
        cases: &[(TROUBLE, "ours: consecutive")],
        peers: Some(TROUBLE),
    },
    Target {
        what: "1 in 8 failing, any window: ns over the plain call",
        limit: Some(20.0),
        kind: Kind::Nanos,
        cases: &[
            (TROUBLE, "ours: 10 calls"),
            (TROUBLE, "ours: 100 calls"),
            (TROUBLE, "ours: 1,000 calls"),
            (TROUBLE, "ours: 100,000 calls"),
            (TROUBLE, "ours: 60 s"),
            (times::WINDOW, "ours: 1"),
            (times::WINDOW, "ours: 64"),
            (times::WINDOW, "ours: 1000"),
            (times::WINDOW, "ours: 100000"),
        ],
        peers: Some(TROUBLE),
    },
    Target {
        what: "1 in 8 failing, O(1): time with 100,000 calls in a window of time, to that with 64",
        limit: Some(1.25),
        kind: Kind::Ratio,
        cases: &[(times::GROWTH, "ours")],
        peers: Some(times::GROWTH),
    },
    Target {
        what: "breaker: bytes, the heap among them",
        limit: Some(32.0),
        kind: Kind::Bytes,
        cases: &[(sizes::BREAKERS, "ours: healthy")],
        peers: Some(sizes::BREAKERS),
    },
    Target {
        what: "future: bytes for each annotated level, over what is inside",
        limit: Some(88.0),
        kind: Kind::Bytes,
        cases: &[
            (sizes::FUTURES, "ours: annotated"),
            (sizes::FUTURES, "ours: annotated, idempotent"),
            (sizes::FUTURES, "ours: idempotent, level 1 over the one inside"),
            (sizes::FUTURES, "ours: idempotent, level 2 over the one inside"),
            (sizes::FUTURES, "ours: idempotent, level 3 over the one inside"),
            (sizes::FUTURES, "ours: idempotent, level 4 over the one inside"),
            (sizes::FUTURES, "ours: idempotent, level 5 over the one inside"),
        ],
        peers: Some(sizes::FUTURES),
    },
    Target {
        what: "1,000 annotated async methods, cargo check: time to that with `tracing::instrument`",
        limit: Some(0.6),
        kind: Kind::Ratio,
        cases: &[
            (compiling::WAYS[0].to_instrument, "ours"),
            (compiling::WAYS[0].to_instrument, "ours: idempotent"),
        ],
        peers: Some(compiling::WAYS[0].to_instrument),
    },
    Target {
        what: "1,000 annotated async methods, cargo check: time to that without an attribute (a goal)",
        limit: Some(2.5),
        kind: Kind::Ratio,
        cases: &[
            (compiling::WAYS[0].to_plain, "ours"),
            (compiling::WAYS[0].to_plain, "ours: idempotent"),
        ],
        peers: Some(compiling::WAYS[0].to_plain),
    },
    Target {
        what: "default features: crates linked (integrations are features, and off)",
        limit: None,
        kind: Kind::Crates,
        cases: &[(dependencies::LINKED, "ours: default features")],
        peers: Some(dependencies::LINKED),
    },
];

const SYNC_TO_PLAIN: &str = "two threads to one, to the plain call's: success, sync";
const ASYNC_TO_PLAIN: &str = "two threads to one, to the plain call's: success, async";

/// Targets that a test proves and nobody counts: what, and by which test.
pub const PROVEN: [(&str, &str); 1] = [(
    "healthy, also with a full window of calls: stores and locked instructions on what threads share",
    "tests/read_only",
)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::GROUPS;

    #[test]
    fn targets_name_cases_that_there_are() {
        for target in TARGETS {
            for (group, case) in target.cases {
                let Some(group) = GROUPS.iter().find(|known| known.name == *group) else {
                    continue;
                };
                assert!(
                    group.cases.iter().any(|known| known.name == *case),
                    "{}, {case}",
                    group.name
                );
            }
        }
    }

    #[test]
    fn groups_of_threads_are_named_as_they_are_noted() {
        assert_eq!(SYNC_TO_PLAIN, [times::TO_PLAIN, SYNC].concat());
        assert_eq!(ASYNC_TO_PLAIN, [times::TO_PLAIN, ASYNC].concat());
    }
}
