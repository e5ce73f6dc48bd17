//! What a service has done so far: the counts of its operations, with those of its partitions.

use super::Service;
use crate::{link::Link, operation::Kind, telemetry::Statistics};
use std::{collections::HashMap, ptr};

impl Service {
    /// What all operations of the service have done so far, added up, with all of its partitions.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let links = self.links().into_iter().chain(self.links_of_parts());
        links.map(|link| link.counters.snapshot()).sum()
    }

    /// The same without its partitions.
    pub(super) fn own_statistics(&self) -> Statistics {
        self.links().iter().map(|link| link.counters.snapshot()).sum()
    }

    /// What each operation of the service has done so far, by name, with all of its partitions. Operations appear with their first
    /// call.
    #[must_use]
    pub fn operations(&self) -> Vec<OperationReport> {
        let mut of_parts: HashMap<*const _, Statistics> = HashMap::new();
        for link in self.links_of_parts() {
            let sum = of_parts.entry(ptr::from_ref(link.operation)).or_default();
            *sum = *sum + link.counters.snapshot();
        }
        let mut reports: Vec<_> = self
            .links()
            .iter()
            .map(|link| OperationReport {
                name: link.operation.name(),
                kind: link.kind,
                statistics: link.counters.snapshot()
                    + of_parts.remove(&ptr::from_ref(link.operation)).unwrap_or_default(),
            })
            .collect();
        reports.sort_by_key(|report| report.name);
        reports
    }

    fn links_of_parts(&self) -> impl Iterator<Item = &'static Link> {
        self.parts().into_iter().flat_map(Self::links)
    }
}

/// What one operation has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationReport {
    /// The name of the operation within its service.
    pub name: &'static str,
    /// What the operation does to the world.
    pub kind: Kind,
    /// The counts.
    pub statistics: Statistics,
}
