//! What everything public is.

use resilience_core::{
    ApplyInRetry, Attempt, Backoff, BreakerLayer, BreakerPolicy, BudgetLayer, BudgetPolicy, Call, CircuitState,
    FailureKind, Interruption, InvalidPolicy, Jitter, Kind, Next, Operation, OperationReport, Reason, Registry,
    RegistryBuilder, RetryLayer, RetryPolicy, Service, ServiceDef, ServiceLayer, Sleep, Statistics, Verdict,
    random::ThreadRandom,
    scope::{Carried, Entered},
    time::{ManualClock, Sleeping, SystemClock, SystemSleeper},
};
use std::{
    error::Error,
    fmt::Debug,
    future::Ready,
    panic::{RefUnwindSafe, UnwindSafe},
};

/// R219
const fn shared<T: Send + Sync + Debug>() {}
const fn thread_safe<T: Send + Sync>() {}
const fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
const fn error<T: Error + Send + Sync + 'static>() {}
const fn copy<T: Copy + PartialEq + Debug>() {}

const _: () = {
    shared::<Attempt<'_, Ready<Result<(), Interruption>>>>();
    shared::<Call>();
    shared::<Carried<Ready<()>>>();
    shared::<Entered<Ready<()>>>();
    shared::<Interruption>();
    shared::<InvalidPolicy>();
    shared::<ManualClock>();
    shared::<Next<()>>();
    shared::<Operation>();
    shared::<OperationReport>();
    shared::<Registry>();
    shared::<RegistryBuilder>();
    shared::<Service>();
    shared::<ServiceDef>();
    shared::<Sleep<'_>>();
    shared::<Statistics>();
    shared::<SystemClock>();
    shared::<SystemSleeper>();
    shared::<ThreadRandom>();
    thread_safe::<Sleeping>();

    unwind_safe::<Call>();
    unwind_safe::<Interruption>();
    error::<Interruption>();
    error::<InvalidPolicy>();

    copy::<ApplyInRetry>();
    copy::<Backoff>();
    copy::<BreakerLayer>();
    copy::<BreakerPolicy>();
    copy::<BudgetLayer>();
    copy::<BudgetPolicy>();
    copy::<CircuitState>();
    copy::<FailureKind>();
    copy::<Jitter>();
    copy::<Kind>();
    copy::<Reason>();
    copy::<RetryLayer>();
    copy::<RetryPolicy>();
    copy::<ServiceLayer>();
    copy::<Verdict>();

    assert!(size_of::<Interruption>() == 16);
    assert!(size_of::<Option<Interruption>>() == 16);
};
