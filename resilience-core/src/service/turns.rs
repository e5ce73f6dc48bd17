//! The turns of a service's circuit, as events report them.

use super::Service;
use crate::{
    breaker::Transition,
    telemetry::{Subject, events},
};
use std::{
    num::NonZeroU64,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

/// What has been reported since the circuit opened.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// A rejection has been reported. It stays until the circuit closes: failed probes belong to the same opening.
    rejected: AtomicBool,
    /// The rejections before the circuit opened.
    rejections_before: AtomicU64,
}

impl Service {
    /// The subject of an event about no operation.
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            service: Some(self.name()),
            operation: None,
            partition: self.label(),
            levels: self.policies.levels(),
        }
    }

    /// Whether no other rejection of the same opening has been reported.
    #[inline]
    pub(crate) fn is_first_rejection(&self) -> bool {
        let rejected = &self.turns.rejected;
        !rejected.load(Ordering::Relaxed) && !rejected.swap(true, Ordering::Relaxed)
    }

    /// Reports a turn of the circuit.
    pub(crate) fn report(&self, subject: Subject, transition: Option<Transition>) {
        if let Some(transition) = transition {
            events::circuit_turned(subject, transition, self.turn(transition));
        }
    }

    /// Takes note of a turn: the calls rejected since the circuit opened, where that has come to an end.
    #[cold]
    fn turn(&self, transition: Transition) -> Option<NonZeroU64> {
        if matches!(transition, Transition::Reopened { .. } | Transition::HalfOpened) {
            return None;
        }
        let rejections = self.own_statistics().rejections.by_circuit();
        let before = self.turns.rejections_before.swap(rejections, Ordering::Relaxed);
        if matches!(transition, Transition::Opened { .. }) {
            return None;
        }
        self.turns.rejected.store(false, Ordering::Relaxed);
        NonZeroU64::new(rejections.wrapping_sub(before))
    }
}
