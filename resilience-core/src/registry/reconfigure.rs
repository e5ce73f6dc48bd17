//! Settings put into force: in place, all or nothing, while calls run.

use super::Registry;
use crate::{
    policy::{ApplyInRetry, InvalidPolicy, Levels, ServiceOptions},
    registered,
    service::{Plan, Service},
    settings::{Explanation, Fault, InvalidSettings, Settings, judge_alone, mistakes},
};
use std::sync::{PoisonError, atomic};

impl Registry {
    /// Replaces all settings, of every service, in place.
    ///
    /// All or nothing: either every service and every operation that is linked follows, or nothing changes and the error says
    /// why, with every mistake. Operations see new policies at their next decision; a call ends with the policy that it began
    /// with, so each policy that operations have had stays in memory (about 150 bytes, and equal ones once): a process takes up to
    /// 65,536 different ones, and refuses settings that bring more. Breaker state, budget
    /// and statistics stay. What [`configure`](Self::configure) and
    /// [`configure_defaults`](Self::configure_defaults) have said is replaced, too; to change settings instead, start from
    /// [`settings`](Self::settings).
    ///
    /// Values must go together by themselves (over `[defaults]` and `[global]`) for services that nobody has used yet, and
    /// together with the code for the others.
    ///
    /// # Errors
    /// [`InvalidSettings`] with every mistake; nothing has changed then.
    ///
    /// ```
    /// use resilience_core::{Registry, RetryPolicy, ServiceOptions, Settings};
    ///
    /// let registry = Registry::new();
    /// let none = ServiceOptions::new().retry(RetryPolicy::builder().max_attempts(0));
    /// let refused = registry.reconfigure(Settings::new().service("plan_service", none)).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "services.plan_service.retry.max_attempts is 0, but must be 1 to 1000000"
    /// );
    /// ```
    pub fn reconfigure(&self, settings: Settings) -> Result<(), InvalidSettings> {
        self.replace(settings)
            .map_err(mistakes)
            .or_else(InvalidSettings::unless_none)
    }

    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.with_settings(Settings::clone)
    }

    /// Puts `layer` over what the settings say of one service. The service is made if it is new.
    ///
    /// Takes effect in place, at the next call of each operation; breaker state, budget and statistics stay. So does, in memory, each
    /// policy that operations have had (equal ones once): for operators, not for a control loop.
    ///
    /// # Errors
    /// [`InvalidPolicy`] if the result would be out of range for the service or one of its operations; nothing has changed then.
    pub fn configure(&'static self, name: &str, layer: ServiceOptions) -> Result<(), InvalidPolicy> {
        if self.find(name).is_none() {
            // A mistake creates nothing either.
            let alone = Settings {
                defaults: self.with_settings(|settings| settings.defaults),
                global: self.with_settings(|settings| settings.global),
                ..self.settings_of(name).service(name, layer)
            };
            first(judge_alone(&alone, |_| false))?;
        }
        let service = self.service(name);
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let state = service.locked();
        let mut settings = self.settings.write().unwrap_or_else(PoisonError::into_inner);
        // Under the name itself, also where it is beyond the limit: what is said of one name is not the others' word.
        let before = settings.services.get(name).cloned();
        settings.services.entry(name.to_owned()).or_default().put(layer.into());
        match service.plan(&state, &settings).and_then(Plan::keep) {
            Ok(plan) => {
                service.adopt(plan, &state);
                Ok(())
            }
            Err(faults) => {
                match before {
                    Some(before) => settings.services.insert(name.to_owned(), before),
                    None => settings.services.remove(name),
                };
                first(faults)
            }
        }
    }

    /// Replaces the `[defaults]` of the settings: what holds for all services where neither code nor other settings say
    /// otherwise.
    ///
    /// # Errors
    /// [`InvalidPolicy`] if the defaults are out of range, by themselves or together with what is said of a service; nothing has
    /// changed then.
    pub fn configure_defaults(&self, layer: ServiceOptions) -> Result<(), InvalidPolicy> {
        let settings = Settings {
            defaults: layer,
            ..self.settings()
        };
        self.replace(settings).or_else(first)
    }

    /// Every value that holds for an operation, with the layer, and the file and line where the loader knew it.
    ///
    /// Changes nothing: names that nobody has used yet are explained as they would be.
    #[must_use]
    pub fn explain(&self, service: &str, operation: &str) -> Explanation {
        let settings = self.settings();
        let registered = registered::all().into_iter().map(|registered| registered.operation);
        let mut ours = registered.filter(|found| found.service() == service && found.name() == operation);
        let code = ours.next();
        match self.find(service) {
            Some(service) => service.explain(operation, code, &settings),
            None => Service::explain_unmade(service, operation, code, &settings),
        }
    }

    /// What happens when an `#[apply]` that belongs to no service starts inside an attempt that its caller could repeat.
    pub(crate) fn bare_apply_in_retry(&self) -> ApplyInRetry {
        self.with_settings(|settings| {
            let layer = settings.global.over(settings.defaults);
            layer.apply_in_retry.unwrap_or_default()
        })
    }

    pub(crate) fn with_settings<T>(&self, look: impl FnOnce(&Settings) -> T) -> T {
        look(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the settings say of one service, and nothing else.
    fn settings_of(&self, name: &str) -> Settings {
        self.with_settings(|settings| {
            let mut only = Settings::new();
            if let Some(section) = settings.services.get(name) {
                only.services.insert(name.to_owned(), section.clone());
            }
            only
        })
    }

    /// What is wrong with `settings` for the services that there are, and for those that there may be.
    pub(crate) fn faults(&self, settings: &Settings) -> Vec<Fault> {
        let mut faults = judge_alone(settings, |name| self.find(name).is_some());
        for service in self.services().into_iter().chain(self.overflow.get().copied()) {
            let state = service.locked();
            faults.extend(service.plan(&state, settings).err().into_iter().flatten());
        }
        faults
    }

    /// Works out every policy first, so that a mistake changes nothing.
    fn replace(&self, settings: Settings) -> Result<(), Vec<Fault>> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        // No service is made, no operation linked and no definition taken up meanwhile. Whoever holds more than one of these
        // locks takes them in this order: the services, a service's state, the settings.
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        let everyone = services.values().copied().chain(self.overflow.get().copied());
        let everyone: Vec<_> = everyone.map(|service| (service, service.locked())).collect();

        let mut faults = judge_alone(&settings, |name| services.contains_key(name));
        let mut plans = Vec::with_capacity(everyone.len());
        for (service, state) in &everyone {
            match service.plan(state, &settings) {
                Ok(plan) => plans.push(plan),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let plans = plans.into_iter().map(Plan::keep).collect::<Result<Vec<_>, _>>()?;
        let levels = Levels::from(&settings.global.over(settings.defaults).events);
        self.levels.store(levels.to_bits(), atomic::Ordering::Relaxed);
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        for ((service, state), plan) in everyone.iter().zip(plans) {
            service.adopt(plan, state);
        }
        Ok(())
    }
}

fn first(faults: Vec<Fault>) -> Result<(), InvalidPolicy> {
    match faults.into_iter().next() {
        Some(fault) => Err(fault.problem.invalid),
        None => Ok(()),
    }
}
