//! What everything public is.

use resilience_core::{
    ApplyInRetry, Attempt, Backoff, BreakerMode, BreakerOptions, BreakerPer, BreakerPolicy, BreakerSnapshot,
    BreakerStatistics, BudgetOptions, BudgetPolicy, Call, CallAsync, CallPermit, CircuitBreaker, CircuitCause,
    CircuitChange, CircuitState, FailureCount, FailureKind, Interruption, InvalidPolicy, Jitter, Kind, Next, OnAbandon,
    OnPermanent, Operation, OperationReport, Reason, Registry, RegistryBuilder, Rejected, RetryOptions, RetryPolicy,
    Service, ServiceDef, ServiceOptions, Sleep, Statistics, Verdict, Window,
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
    shared::<BreakerSnapshot>();
    shared::<BreakerStatistics>();
    shared::<Call>();
    shared::<CallAsync<'_, Ready<Result<(), Interruption>>>>();
    shared::<CallPermit<'_>>();
    shared::<Carried<Ready<()>>>();
    shared::<CircuitBreaker>();
    shared::<CircuitBreaker<ManualClock>>();
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
    unwind_safe::<CircuitBreaker>();
    unwind_safe::<Interruption>();
    unwind_safe::<Rejected>();
    error::<Interruption>();
    error::<InvalidPolicy>();
    error::<Rejected>();

    copy::<ApplyInRetry>();
    copy::<Backoff>();
    copy::<BreakerOptions>();
    copy::<BreakerMode>();
    copy::<BreakerPer>();
    copy::<BreakerPolicy>();
    copy::<BudgetOptions>();
    copy::<BudgetPolicy>();
    copy::<CircuitCause>();
    copy::<CircuitChange>();
    copy::<CircuitState>();
    copy::<FailureCount>();
    copy::<FailureKind>();
    copy::<Jitter>();
    copy::<Kind>();
    copy::<OnAbandon>();
    copy::<OnPermanent>();
    copy::<Reason>();
    copy::<Rejected>();
    copy::<RetryOptions>();
    copy::<RetryPolicy>();
    copy::<ServiceOptions>();
    copy::<Verdict>();
    copy::<Window>();

    assert!(size_of::<Interruption>() == 16);
    assert!(size_of::<Option<Interruption>>() == 16);
    assert!(size_of::<CircuitBreaker>() == 32);
};
