//! The start-up check: whether settings and code speak of the same things, and go together.

mod code;

use super::{Settings, judge::mistakes, mistake::Mistake, path};
use crate::{
    operation::Kind,
    policy::{Doubt, about, doubts},
    redact,
    registry::Registry,
    service::Service,
};
use code::{Code, Found};
use std::{fmt, time::Duration};

/// What [`Registry::verify`] found.
///
/// Prints one finding per line; nothing where all is well.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Verification {
    findings: Vec<Finding>,
    unmentioned: Vec<(String, String)>,
}

/// Something that is wrong between settings and code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// Settings name a service that no code names.
    UnknownService {
        /// The name in the settings.
        service: String,
    },
    /// Settings name an operation that its service does not have.
    UnknownOperation {
        /// The service.
        service: String,
        /// The name in the settings.
        operation: String,
    },
    /// Settings say how an operation retries that is never retried.
    NoRetries {
        /// The service.
        service: String,
        /// The operation.
        operation: String,
        /// What it does to the world.
        kind: Kind,
    },
    /// Layers that do not go together.
    Impossible(Mistake),
    /// Chance alone opens the circuit of a busy service more than once an hour: the breaker counts so few failures in a row, over so
    /// short a [`failure_span`](crate::BreakerOptions::failure_span), that independent failures reach it.
    OpensByChance {
        /// The service.
        service: String,
        /// About how much time lies between two such openings, at 1,000 calls a second of which 1 % fail.
        every: Duration,
    },
    /// A setting of an operation is valid and cannot do what it says: without effect, or never reached.
    Doubtful {
        /// The service.
        service: String,
        /// The operation.
        operation: String,
        /// The setting, such as `retry.max_attempts`.
        key: &'static str,
        /// What comes of it, and what to change.
        problem: String,
    },
    /// Two different [`ServiceDef`](crate::ServiceDef)s have one name; the first holds.
    ConflictingDefinitions {
        /// The name of both.
        service: String,
    },
    /// Two operations of a service have one name and say different things: settings cannot tell them apart.
    ConflictingOperations {
        /// The service.
        service: String,
        /// The name of both.
        operation: String,
        /// Where they stand: module and line.
        places: Vec<String>,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownService { service } => {
                let path = redact::text(&path::service(service));
                write!(
                    f,
                    "{path}: no annotated operation, definition or handle has this service"
                )
            }
            Self::UnknownOperation { service, operation } => {
                let path = redact::text(&path::operation(service, operation));
                write!(f, "{path}: the service has no such operation")
            }
            Self::NoRetries {
                service,
                operation,
                kind,
            } => {
                let path = redact::text(&path::operation(service, operation));
                let kind = kind.as_str();
                write!(f, "{path}.retry: the operation is {kind}, and never retried")
            }
            Self::Impossible(mistake) => write!(f, "{mistake}"),
            Self::OpensByChance { service, every } => {
                let (path, every) = (path::service(service), about(every.as_secs_f64()));
                write!(
                    f,
                    "{path}.breaker: by chance opens about every {every} at 1,000 calls/s with 1 % failing: \
                     raise `failure_threshold` or `failure_span`"
                )
            }
            Self::Doubtful {
                service,
                operation,
                key,
                problem,
            } => {
                let path = path::operation(service, operation);
                write!(f, "{path}.{key}: {problem}")
            }
            Self::ConflictingDefinitions { service } => {
                write!(f, "{service}: two definitions of this name say different things")
            }
            Self::ConflictingOperations {
                service,
                operation,
                places,
            } => {
                let places = places.join(" and ");
                write!(f, "{service}.{operation}: {places} say different things under one name")
            }
        }
    }
}

impl Verification {
    /// Everything that is wrong.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The annotated operations that no setting mentions, neither by their own name nor by that of their service: what the code
    /// says of them, and `[defaults]` and `[global]`, is all that holds. That is nothing wrong by itself.
    #[must_use]
    pub fn unmentioned(&self) -> &[(String, String)] {
        &self.unmentioned
    }

    /// For a test of one line: an error if anything is wrong.
    ///
    /// ```standalone_crate
    /// # use resilience_core::Registry;
    /// Registry::global().verify().into_result()?;
    /// # Ok::<(), resilience_core::settings::Verification>(())
    /// ```
    ///
    /// # Errors
    /// The verification itself, if it has findings.
    pub fn into_result(self) -> Result<(), Self> {
        if self.findings.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Verification {}

impl Registry {
    /// Checks settings and code against each other; for the start of a program, and for a test in its CI.
    ///
    /// Finds settings of services and operations that there are not, settings without effect, layers that do not go together,
    /// breakers that chance opens, and different declarations of one name. It knows every annotated operation of the program (feature `register`, on by
    /// default), those called so far, and the services made in this registry: make the [handles](Self::service) and
    /// [define](Self::define) the [`ServiceDef`](crate::ServiceDef)s first. Changes nothing.
    #[must_use]
    pub fn verify(&self) -> Verification {
        let settings = self.settings();
        let code = Code::of(self);
        let mut findings = code.conflicts();
        findings.extend(code.strangers(&settings));
        findings.extend(code.without_effect(&settings));
        findings.extend(self.impossible(&code, &settings));
        findings.extend(self.opened_by_chance(&code, &settings));
        findings.extend(self.doubtful(&code, &settings));
        Verification {
            findings,
            unmentioned: code.unmentioned(&settings),
        }
    }

    fn opened_by_chance(&self, code: &Code, settings: &Settings) -> Vec<Finding> {
        const HOUR: f64 = 60.0 * 60.0;
        let policy = |name: &str| match self.find(name) {
            Some(service) => service.policies().breaker,
            None => Service::first_policies(name, true, settings).breaker,
        };
        let names = code.services.keys();
        let found = names.filter_map(|name| Some((name, policy(name).opens_by_chance_every(1_000.0, 0.01)?)));
        found
            .filter(|(_, every)| *every < HOUR)
            .map(|(name, every)| Finding::OpensByChance {
                service: name.clone(),
                every: Duration::from_secs_f64(every),
            })
            .collect()
    }

    /// What is valid and doubtful in the policies of operations that may be retried.
    fn doubtful(&self, code: &Code, settings: &Settings) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, operations) in &code.services {
            let service = self.find(name);
            let idempotent = operations.iter().map(|found| found.operation);
            for operation in idempotent.filter(|operation| operation.kind() == Kind::Idempotent) {
                let judgement = match service {
                    Some(service) => service.judgement_of(operation, settings),
                    None => Service::judgement_unmade(name, operation, settings),
                };
                let Some(judgement) = judgement else { continue };
                let doubts = doubts(&judgement.operation.retry, &judgement.service.breaker);
                findings.extend(doubts.into_iter().map(|Doubt { key, problem }| Finding::Doubtful {
                    service: name.clone(),
                    operation: operation.name().to_owned(),
                    key,
                    problem,
                }));
            }
        }
        // Operations of one name mostly have the same doubts.
        findings.dedup();
        findings
    }

    fn impossible(&self, code: &Code, settings: &Settings) -> Vec<Finding> {
        let mut faults = self.faults(settings);
        for (name, operations) in &code.services {
            let service = self.find(name);
            for Found { operation, .. } in operations {
                faults.extend(match service {
                    Some(service) => service.faults_of(operation, settings),
                    None => Service::faults_unmade(name, operation, settings),
                });
            }
        }
        let (mistakes, _) = mistakes(faults).into_parts();
        mistakes.into_iter().map(Finding::Impossible).collect()
    }
}
