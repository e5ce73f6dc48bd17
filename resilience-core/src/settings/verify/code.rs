//! What the code has, and what settings say of it.

use super::Finding;
use crate::{
    operation::{Kind, Operation},
    registered::{self, Registered},
    registry::Registry,
    settings::{Settings, keys::KEYS},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ptr,
};

/// An operation in the code.
pub(super) struct Found {
    pub(super) operation: &'static Operation,
    /// Where it stands, if it has made itself known.
    place: Option<String>,
}

/// What the code has: services and their operations, by name.
pub(super) struct Code {
    pub(super) services: BTreeMap<String, Vec<Found>>,
    /// Operations whose service comes with the call: they may be of any.
    anywhere: BTreeSet<&'static str>,
    conflicting: Vec<&'static str>,
}

impl Code {
    pub(super) fn of(registry: &Registry) -> Self {
        let mut code = Self {
            services: BTreeMap::new(),
            anywhere: BTreeSet::new(),
            conflicting: Vec::new(),
        };
        for Registered {
            operation,
            module,
            line,
        } in registered::all()
        {
            if operation.service().is_empty() {
                code.anywhere.insert(operation.name());
            } else {
                let operations = code.services.entry(operation.service().to_owned()).or_default();
                operations.push(Found {
                    operation,
                    place: Some(format!("{module}:{line}")),
                });
            }
        }
        for service in registry.services() {
            let operations = code.services.entry(service.name().to_owned()).or_default();
            for operation in service.linked() {
                if !operations.iter().any(|found| ptr::eq(found.operation, operation)) {
                    operations.push(Found { operation, place: None });
                }
            }
            if service.has_conflicting_definitions() {
                code.conflicting.push(service.name());
            }
        }
        code
    }

    pub(super) fn conflicts(&self) -> Vec<Finding> {
        let definitions = self.conflicting.iter().map(|service| Finding::ConflictingDefinitions {
            service: (*service).to_owned(),
        });
        let mut findings: Vec<_> = definitions.collect();
        for (service, operations) in &self.services {
            let mut by_name: BTreeMap<&str, Vec<&Found>> = BTreeMap::new();
            for found in operations {
                by_name.entry(found.operation.name()).or_default().push(found);
            }
            for (name, found) in by_name {
                let says = |found: &Found| (found.operation.kind(), found.operation.layer());
                if found.iter().any(|other| says(other) != says(found[0])) {
                    let place = |found: &&Found| {
                        found
                            .place
                            .clone()
                            .unwrap_or_else(|| "an operation made by hand".into())
                    };
                    findings.push(Finding::ConflictingOperations {
                        service: service.clone(),
                        operation: name.to_owned(),
                        places: found.iter().map(place).collect(),
                    });
                }
            }
        }
        findings
    }

    /// Settings of what is not there.
    pub(super) fn strangers(&self, settings: &Settings) -> Vec<Finding> {
        let mut findings = Vec::new();
        for service in settings.services.keys() {
            let Some(operations) = self.services.get(service) else {
                findings.push(Finding::UnknownService {
                    service: service.clone(),
                });
                continue;
            };
            for name in settings.operations_of(service) {
                let is_there = operations.iter().any(|found| found.operation.name() == name);
                if !is_there && !self.anywhere.contains(name) {
                    findings.push(Finding::UnknownOperation {
                        service: service.clone(),
                        operation: name.to_owned(),
                    });
                }
            }
        }
        findings
    }

    /// Settings of retries where there are none.
    pub(super) fn without_effect(&self, settings: &Settings) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (service, operations) in &self.services {
            for Found { operation, .. } in operations {
                let layer = settings.of_operation(service, operation.name()).in_service();
                let mut retries = KEYS.iter().filter(|key| key.path().starts_with("retry."));
                if operation.kind() != Kind::Idempotent && retries.any(|key| key.text(&layer).is_some()) {
                    findings.push(Finding::NoRetries {
                        service: service.clone(),
                        operation: operation.name().to_owned(),
                        kind: operation.kind(),
                    });
                }
            }
        }
        findings
    }

    pub(super) fn unmentioned(&self, settings: &Settings) -> Vec<(String, String)> {
        let silent = self
            .services
            .iter()
            .filter(|(name, _)| !settings.services.contains_key(*name));
        let pairs = silent.flat_map(|(service, operations)| {
            operations
                .iter()
                .map(|found| (service.clone(), found.operation.name().to_owned()))
        });
        let pairs: BTreeSet<_> = pairs.collect();
        pairs.into_iter().collect()
    }
}
