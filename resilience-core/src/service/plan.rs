//! What a service and its linked operations do under given settings: worked out as a whole, then put into force.

use super::{Service, ServicePolicies, State};
use crate::{
    link::{Kept, Link, OperationPolicy},
    operation::Operation,
    policy::ServiceOptions,
    registered,
    settings::{Explanation, Fault, Judgement, Level, Settings, Stack, judge, too_many_policies},
};
use std::{collections::HashSet, ptr};

/// Policies that are complete and valid, for a service and every operation that is linked to it.
pub(crate) struct Plan {
    policies: ServicePolicies,
    operations: Vec<(&'static Link, OperationPolicy)>,
}

/// The same, ready to be put into force.
pub(crate) struct KeptPlan {
    policies: ServicePolicies,
    operations: Vec<(&'static Link, Kept)>,
}

impl Plan {
    /// Keeps its policies, if there is room for them.
    pub(crate) fn keep(self) -> Result<KeptPlan, Vec<Fault>> {
        let operations = self.operations.into_iter().map(|(link, policy)| {
            let kept = Kept::new(&policy);
            kept.map(|kept| (link, kept))
                .ok_or_else(|| vec![too_many_policies(link.service.name())])
        });
        Ok(KeptPlan {
            operations: operations.collect::<Result<_, _>>()?,
            policies: self.policies,
        })
    }
}

impl Service {
    /// The layers of the service, or of one of its operations.
    fn stack(&self, state: &State, settings: &Settings, operation: &str) -> Stack {
        let global = if state.known {
            settings.global
        } else {
            ServiceOptions::new()
        };
        Stack::EMPTY
            .with(Level::Defaults, settings.defaults)
            .with(Level::Definition, state.code.unwrap_or_default())
            .with(Level::Global, global)
            .with(Level::Service, settings.of_service(self.name()))
            .with(
                Level::Operation,
                settings.of_operation(self.name(), operation).in_service(),
            )
    }

    /// The policy of an operation that is being linked. Where its code does not go together with the rest, the rest holds.
    pub(super) fn policy_of(
        &self,
        state: &State,
        settings: &Settings,
        operation: &Operation,
    ) -> (OperationPolicy, Vec<Fault>) {
        let name = operation.name();
        let stack = self.stack(state, settings, name);
        match judge(
            &stack.with(Level::Attribute, operation.layer()),
            self.name(),
            name,
            settings,
        ) {
            Ok(judgement) => (judgement.operation, Vec::new()),
            Err(problems) => {
                let rest = judge(&stack, self.name(), name, settings).map(|judgement| judgement.operation);
                let faults = problems.into_iter().map(|problem| Fault::new(self.name(), problem));
                (rest.unwrap_or(OperationPolicy::DEFAULT), faults.collect())
            }
        }
    }

    /// What all of this service would do under `settings`.
    pub(crate) fn plan(&self, state: &State, settings: &Settings) -> Result<Plan, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut judged = |stack: &Stack, operation: &str| {
            judge(stack, self.name(), operation, settings)
                .map_err(|problems| {
                    faults.extend(problems.into_iter().map(|problem| Fault::new(self.name(), problem)));
                })
                .ok()
        };
        let policies = judged(&self.stack(state, settings, ""), "").map(|judgement| judgement.service);

        // Operations that settings name and nobody has called yet: their own code is judged when they are linked.
        let linked: HashSet<&str> = state.links.values().map(|link| link.operation.name()).collect();
        for name in settings
            .operations_of(self.name())
            .filter(|name| !linked.contains(name))
        {
            judged(&self.stack(state, settings, name), name);
        }

        let mut operations = Vec::with_capacity(state.links.len());
        for (address, link) in &state.links {
            let name = link.operation.name();
            let rest = self.stack(state, settings, name);
            let whole = rest.with(Level::Attribute, link.operation.layer());
            let is_refused = state.refused.contains(address);
            let judgement = match judge(&whole, self.name(), name, settings) {
                // The code was refused before, and an event has told of it: no reason to refuse the settings now.
                Err(_) if is_refused => judged(&rest, name),
                Ok(judgement) => Some(judgement),
                Err(_) => judged(&whole, name),
            };
            operations.extend(judgement.map(|judgement| (*link, judgement.operation)));
        }
        match policies {
            Some(policies) if faults.is_empty() => Ok(Plan { policies, operations }),
            _ => Err(faults),
        }
    }

    /// Puts a plan into force, in place: linked operations, and those of partitions, see it at their next decision. The lock of
    /// `_state` keeps operations from being linked meanwhile.
    pub(crate) fn adopt(&self, plan: KeptPlan, _state: &State) {
        // Before the partitions are looked for: who makes one takes these.
        self.set_policies(plan.policies);
        let parts = self.parts();
        for part in &parts {
            part.set_policies(plan.policies);
        }
        for (link, policy) in plan.operations {
            link.set_policy(policy);
            let address = ptr::from_ref(link.operation).addr();
            for part in &parts {
                if let Some(link) = part.locked().links.get(&address) {
                    link.set_policy(policy);
                }
            }
        }
    }

    /// What holds for one operation, and who said so. `code` is the operation, where it is known and not linked.
    pub(crate) fn explain(&self, name: &str, code: Option<&Operation>, settings: &Settings) -> Explanation {
        let state = self.locked();
        let linked = state.links.values().map(|link| link.operation);
        let code = linked.into_iter().find(|operation| operation.name() == name).or(code);
        let rest = self.stack(&state, settings, name);
        explained(self.name(), name, rest, code, settings, state.known)
    }

    /// The same for a service that nobody has used yet.
    pub(crate) fn explain_unmade(
        service: &str,
        name: &str,
        code: Option<&Operation>,
        settings: &Settings,
    ) -> Explanation {
        let is_known = registered::declare(service);
        let rest = unmade(service, name, is_known, settings);
        explained(service, name, rest, code, settings, is_known)
    }

    /// The policies of an operation, where its layers go together.
    pub(crate) fn judgement_of(&self, operation: &Operation, settings: &Settings) -> Option<Judgement> {
        let rest = self.stack(&self.locked(), settings, operation.name());
        judgement(self.name(), rest, operation, settings)
    }

    /// The same for a service that nobody has used yet.
    pub(crate) fn judgement_unmade(service: &str, operation: &Operation, settings: &Settings) -> Option<Judgement> {
        let rest = unmade(service, operation.name(), true, settings);
        judgement(service, rest, operation, settings)
    }

    /// What keeps the code of an operation from going together with the rest.
    pub(crate) fn faults_of(&self, operation: &Operation, settings: &Settings) -> Vec<Fault> {
        let rest = self.stack(&self.locked(), settings, operation.name());
        faults(self.name(), rest, operation, settings)
    }

    /// The same for a service that nobody has used yet.
    pub(crate) fn faults_unmade(service: &str, operation: &Operation, settings: &Settings) -> Vec<Fault> {
        let rest = unmade(service, operation.name(), true, settings);
        faults(service, rest, operation, settings)
    }
}

/// The layers of an operation whose service nobody has used yet.
pub(super) fn unmade(service: &str, operation: &str, is_known: bool, settings: &Settings) -> Stack {
    let global = if is_known {
        settings.global
    } else {
        ServiceOptions::new()
    };
    Stack::EMPTY
        .with(Level::Defaults, settings.defaults)
        .with(Level::Global, global)
        .with(Level::Service, settings.of_service(service))
        .with(Level::Operation, settings.of_operation(service, operation).in_service())
}

fn explained(
    service: &str,
    name: &str,
    rest: Stack,
    code: Option<&Operation>,
    settings: &Settings,
    is_known: bool,
) -> Explanation {
    let code = code.map_or(ServiceOptions::new(), Operation::layer);
    let whole = rest.with(Level::Attribute, code);
    let gives_way = judge(&whole, service, name, settings).is_err();
    let stack = if gives_way { rest } else { whole };
    let mut explanation = Explanation::new(service, name, &stack, settings);
    explanation.is_known = is_known;
    explanation.attribute_gives_way = gives_way;
    explanation
}

fn judgement(service: &str, rest: Stack, operation: &Operation, settings: &Settings) -> Option<Judgement> {
    let whole = rest.with(Level::Attribute, operation.layer());
    judge(&whole, service, operation.name(), settings).ok()
}

fn faults(service: &str, rest: Stack, operation: &Operation, settings: &Settings) -> Vec<Fault> {
    let whole = rest.with(Level::Attribute, operation.layer());
    let problems = judge(&whole, service, operation.name(), settings).err();
    let problems = problems.into_iter().flatten();
    problems.map(|problem| Fault::new(service, problem)).collect()
}
