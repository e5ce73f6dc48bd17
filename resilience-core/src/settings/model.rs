//! What an operator says: the layers of settings, by name.

use super::sources::Sources;
use crate::policy::{
    ApplyInRetry, BreakerOptions, BudgetOptions, EventOptions, OperationOptions, RetryOptions, ServiceOptions,
};
use std::{collections::BTreeMap, time::Duration};

/// Everything that settings say: defaults, a word for all services, and services and operations by name.
///
/// What holds for an operation is found layer by layer; a field that a layer leaves open falls through to the one below.
/// From the lowest to the highest:
///
/// 1. the library's defaults,
/// 2. `[defaults]`: fills what the code leaves open,
/// 3. the code: a [`ServiceDef`](crate::ServiceDef), and above it the attribute of the operation,
/// 4. `[global]`: a word for all services that the code declares,
/// 5. `[services.plan_service]`,
/// 6. `[services.plan_service.operations.fetch_plan]`.
///
/// Plain data: made in code, read by serde (feature `serde`), or loaded from files and the environment by a
/// [`Loader`](crate::settings::Loader) (feature `settings`). Takes effect with [`Registry::reconfigure`](crate::Registry::reconfigure).
///
/// ```
/// use resilience_core::{Registry, RetryPolicy, ServiceOptions, Settings};
///
/// let settings = Settings::new()
///     .global(ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(4)))
///     .service("plan_service", ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(7)));
/// Registry::new().reconfigure(settings)?;
/// # Ok::<(), resilience_core::settings::InvalidSettings>(())
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[must_use]
pub struct Settings {
    pub(crate) defaults: ServiceOptions,
    pub(crate) global: ServiceOptions,
    pub(crate) services: BTreeMap<String, ServiceSettings>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) sources: Sources,
}

/// Settings are equal when they say the same, wherever they come from.
impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        (&self.defaults, &self.global, &self.services) == (&other.defaults, &other.global, &other.services)
    }
}

impl Settings {
    /// Settings that say nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts `layer` over what is said for services where the code leaves something open.
    pub fn defaults(mut self, layer: ServiceOptions) -> Self {
        self.defaults = layer.over(self.defaults);
        self
    }

    /// Puts `layer` over what is said for all services that the code declares, whatever the code says.
    pub fn global(mut self, layer: ServiceOptions) -> Self {
        self.global = layer.over(self.global);
        self
    }

    /// Puts `layer` over what is said for one service.
    pub fn service(mut self, name: &str, layer: ServiceOptions) -> Self {
        self.services
            .entry(name.to_owned())
            .or_default()
            .put(ServiceSettings::from(layer));
        self
    }

    /// Puts `layer` over what is said for one operation of a service.
    pub fn operation(mut self, service: &str, operation: &str, layer: OperationOptions) -> Self {
        let service = self.services.entry(service.to_owned()).or_default();
        service.put_operation(operation, layer);
        self
    }

    /// What is said for one service.
    pub(crate) fn of_service(&self, name: &str) -> ServiceOptions {
        self.services
            .get(name)
            .map_or(ServiceOptions::new(), ServiceSettings::layer)
    }

    /// The operations of a service that are named.
    pub(crate) fn operations_of(&self, service: &str) -> impl Iterator<Item = &str> {
        let service = self.services.get(service);
        service
            .into_iter()
            .flat_map(|service| service.operations.keys().map(String::as_str))
    }

    /// What is said for one operation by itself.
    pub(crate) fn of_operation(&self, service: &str, operation: &str) -> OperationOptions {
        let service = self.services.get(service);
        let layer = service.and_then(|service| service.operations.get(operation));
        layer.copied().unwrap_or_default()
    }
}

/// What settings say of one service, and of its operations by name.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub(crate) struct ServiceSettings {
    retry: RetryOptions,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "BreakerOptions::or_none"))]
    breaker: BreakerOptions,
    budget: BudgetOptions,
    events: EventOptions,
    #[cfg_attr(feature = "serde", serde(with = "crate::policy::duration_text"))]
    attempt_timeout: Option<Duration>,
    apply_in_retry: Option<ApplyInRetry>,
    pub(crate) operations: BTreeMap<String, OperationOptions>,
}

impl ServiceSettings {
    pub(crate) fn layer(&self) -> ServiceOptions {
        ServiceOptions {
            retry: self.retry,
            breaker: self.breaker,
            budget: self.budget,
            events: self.events,
            attempt_timeout: self.attempt_timeout,
            apply_in_retry: self.apply_in_retry,
        }
    }

    /// Puts `above` over this.
    pub(crate) fn put(&mut self, above: Self) {
        let operations = std::mem::take(&mut self.operations);
        *self = Self {
            operations,
            ..Self::from(above.layer().over(self.layer()))
        };
        for (name, layer) in above.operations {
            self.put_operation(&name, layer);
        }
    }

    pub(crate) fn put_operation(&mut self, name: &str, layer: OperationOptions) {
        let below = self.operations.entry(name.to_owned()).or_default();
        *below = layer.over(*below);
    }
}

impl From<ServiceOptions> for ServiceSettings {
    fn from(layer: ServiceOptions) -> Self {
        Self {
            retry: layer.retry,
            breaker: layer.breaker,
            budget: layer.budget,
            events: layer.events,
            attempt_timeout: layer.attempt_timeout,
            apply_in_retry: layer.apply_in_retry,
            operations: BTreeMap::new(),
        }
    }
}
