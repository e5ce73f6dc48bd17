//! Whether the layers of a service or an operation go together, and if not, whose word it is.

use super::{
    Level, Settings, Stack,
    keys::{self, Key},
    mistake::{Mistake, MistakeKind, Mistakes},
    path,
};
use crate::{
    link::{MOST_KEPT, OperationPolicy},
    policy::{BreakerPolicy, BudgetPolicy, InvalidPolicy, Levels, RetryPolicy, ServiceOptions},
    service::ServicePolicies,
};

/// The policies that a stack of layers makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judgement {
    pub(crate) service: ServicePolicies,
    pub(crate) operation: OperationPolicy,
}

/// A value of the stack that is out of range.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) invalid: InvalidPolicy,
    /// The settings, if any, whose word it is: the value itself, or the bound that it exceeds.
    #[cfg_attr(
        not(feature = "settings"),
        allow(dead_code, reason = "only loading leaves settings out")
    )]
    pub(crate) blamed: Option<Level>,
    pub(crate) mistake: Mistake,
}

/// Keys that bound each other: where the first is out of range, the second may be the reason.
const BOUNDS: [(&str, &str); 9] = [
    ("retry.base_delay", "retry.max_delay"),
    ("retry.min_delay", "retry.max_delay"),
    ("retry.total_timeout", "retry.min_delay"),
    ("retry.total_timeout", "retry.base_delay"),
    ("retry.max_retries", "retry.max_attempts"),
    ("breaker.max_recovery_timeout", "breaker.recovery_timeout"),
    ("breaker.failure_threshold", "breaker.failure_rate"),
    ("breaker.failure_threshold", "breaker.slow_call_rate"),
    ("breaker.failure_span", "breaker.failure_count"),
];

/// The policies that `stack` makes for an operation (empty: for the service as such), or every problem that it has.
pub(crate) fn judge(
    stack: &Stack,
    service: &str,
    operation: &str,
    settings: &Settings,
) -> Result<Judgement, Vec<Problem>> {
    let layer = stack.merged();
    let retry = RetryPolicy::DEFAULT.layered(&layer.retry);
    let breaker = BreakerPolicy::DEFAULT.layered(&layer.breaker);
    let budget = BudgetPolicy::DEFAULT.layered(&layer.budget);
    let attempt_timeout = layer.valid_attempt_timeout();
    match (retry, breaker, budget, attempt_timeout) {
        (Ok(retry), Ok(breaker), Ok(budget), Ok(attempt_timeout)) => Ok(Judgement {
            service: ServicePolicies {
                breaker,
                budget,
                levels: Levels::from(&layer.events),
            },
            operation: OperationPolicy {
                retry,
                attempt_timeout,
                apply_in_retry: layer.apply_in_retry.unwrap_or_default(),
            },
        }),
        (retry, breaker, budget, attempt_timeout) => {
            let found = [
                retry.err().map(|invalid| ("retry.", invalid)),
                breaker.err().map(|invalid| ("breaker.", invalid)),
                budget.err().map(|invalid| ("budget.", invalid)),
                attempt_timeout.err().map(|invalid| ("", invalid)),
            ];
            let problem = |(group, invalid)| problem(group, invalid, stack, [service, operation], settings);
            Err(found.into_iter().flatten().map(problem).collect())
        }
    }
}

fn problem(
    group: &str,
    invalid: InvalidPolicy,
    stack: &Stack,
    [service, operation]: [&str; 2],
    settings: &Settings,
) -> Problem {
    let name = format!("{group}{}", invalid.field());
    let level_of = |name: &str| {
        let key = keys::find(name);
        stack.highest(|layer: &ServiceOptions| key.and_then(|key: &Key| key.text(layer)))
    };
    let (level, _) = level_of(&name);
    let mut blamed = (level, name.clone(), invalid.value().to_owned(), {
        format!("must be {}", invalid.allowed())
    });
    if path::of(level, service, operation, "").is_none() {
        // Code or library said it: settings can only be blamed for the bound.
        let bounds = BOUNDS.iter().filter(|(value, _)| *value == name);
        let bounds = bounds.map(|(_, bound)| (*bound, level_of(bound)));
        let bound = bounds.filter(|(_, (level, _))| path::of(*level, service, operation, "").is_some());
        if let Some((bound, (bounding, Some(value)))) = bound.max_by_key(|(_, (level, _))| *level) {
            let problem = format!(
                "{name} is {} ({level}), which then must be {}",
                invalid.value(),
                invalid.allowed()
            );
            blamed = (bounding, bound.to_owned(), value, problem);
        }
    }
    let (level, name, value, problem) = blamed;
    let (path, source, problem) = match path::of(level, service, operation, &name) {
        Some(path) => (path.clone(), settings.sources.of(&path).map(str::to_owned), problem),
        None => {
            let section = if operation.is_empty() {
                Level::Service
            } else {
                Level::Operation
            };
            let path = path::of(section, service, operation, &name).unwrap_or_default();
            (path, None, format!("{problem} ({level} says so)"))
        }
    };
    Problem {
        blamed: path::of(level, service, operation, "").map(|_| level),
        mistake: Mistake::new(MistakeKind::Conflict, source.as_deref(), &path, Some(&value), problem),
        invalid,
    }
}

/// What is wrong with `settings` for services of which the code says nothing, and for those in it that are not `made`.
pub(crate) fn judge_alone(settings: &Settings, made: impl Fn(&str) -> bool) -> Vec<Fault> {
    let ground = Stack::EMPTY.with(Level::Defaults, settings.defaults);
    let mut faults = Vec::new();
    let mut check = |stack: &Stack, service: &str, operation: &str| {
        if let Err(problems) = judge(stack, service, operation, settings) {
            faults.extend(problems.into_iter().map(|problem| Fault::new(service, problem)));
        }
    };
    for ground in [ground, ground.with(Level::Global, settings.global)] {
        check(&ground, "", "");
        for (name, section) in settings.services.iter().filter(|(name, _)| !made(name)) {
            let stack = ground.with(Level::Service, section.layer());
            check(&stack, name, "");
            for (operation, layer) in &section.operations {
                check(&stack.with(Level::Operation, layer.in_service()), name, operation);
            }
        }
    }
    faults
}

/// A problem, and the service that has it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Empty where it is about services in general.
    #[cfg_attr(
        not(feature = "settings"),
        allow(dead_code, reason = "only loading leaves services out")
    )]
    pub(crate) service: String,
    pub(crate) problem: Problem,
}

impl Fault {
    pub(crate) fn new(service: &str, problem: Problem) -> Self {
        Self {
            service: service.to_owned(),
            problem,
        }
    }
}

/// No more different policies of operations fit into the process.
pub(crate) fn too_many_policies(service: &str) -> Fault {
    let allowed = format!("{MOST_KEPT} different ones in the life of a process: restart it to load others");
    Fault::new(
        service,
        Problem {
            blamed: None,
            mistake: Mistake::new(
                MistakeKind::Conflict,
                None,
                &path::service(service),
                None,
                format!("operations may have at most {allowed}"),
            ),
            invalid: InvalidPolicy::new("policies of operations", "one more", allowed),
        },
    )
}

/// Each mistake once, however many services have it.
pub(crate) fn mistakes(faults: Vec<Fault>) -> Mistakes {
    let mut mistakes = Mistakes::default();
    mistakes.append_once(faults.into_iter().map(|fault| fault.problem.mistake));
    mistakes
}
