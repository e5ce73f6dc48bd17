//! What operations have done, as anybody may read it.

use std::{iter::Sum, ops::Add, time::Duration};

/// What two parts come to together.
trait Together {
    fn and(self, other: Self) -> Self;
}

impl Together for u64 {
    fn and(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
}

impl Together for Duration {
    fn and(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

macro_rules! counts {
    ($($(#[$about:meta])* pub struct $name:ident { $($(#[$of_field:meta])* pub $field:ident: $type:ty,)+ })+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$of_field])* pub $field: $type,)+
        }

        impl Together for $name {
            fn and(self, other: Self) -> Self {
                Self { $($field: self.$field.and(other.$field),)+ }
            }
        }

        impl Add for $name {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                self.and(other)
            }
        }
    )+};
}

/// Counts that come to a total.
macro_rules! breakdowns {
    ($($(#[$about:meta])* pub struct $name:ident { $($(#[$of_field:meta])* pub $field:ident: u64,)+ })+) => {$(
        counts! {
            $(#[$about])*
            pub struct $name { $($(#[$of_field])* pub $field: u64,)+ }
        }

        impl $name {
            /// All of them together.
            #[must_use]
            pub fn total(&self) -> u64 {
                0_u64$(.and(self.$field))+
            }
        }
    )+};
}

counts! {
    /// What an operation has done so far, or a service with all its operations.
    ///
    /// Read at any time; reading changes nothing. Exact once no call is under way; while calls are, each number is exact up to
    /// some recent moment of each thread, and the numbers need not be of the same moment. They only grow, and they wrap after
    /// 2^64.
    ///
    /// `calls` = `succeeded` + `failed` + `rejected` + `cancelled` + `panicked`: a call counts when it ends.
    pub struct Statistics {
        /// Calls that ended, however they did.
        pub calls: u64,
        /// Attempts whose body ran; each counts when it ends.
        pub attempts: u64,
        /// Attempts after the first of their call.
        pub retries: u64,
        /// Calls that returned a success.
        pub succeeded: u64,
        /// Those of `succeeded` that needed more than one attempt.
        pub succeeded_after_retry: u64,
        /// Calls that returned a failure of their body, or an attempt timeout.
        pub failed: u64,
        /// `failed` by the kind of the last failure.
        pub failures: Failures,
        /// Calls that ended with a rejection: the attempt that they asked for did not run.
        pub rejected: u64,
        /// `rejected` by reason.
        pub rejections: Rejections,
        /// Calls that were dropped before they ended.
        pub cancelled: u64,
        /// Calls that ended with a panic of their body.
        pub panicked: u64,
        /// Attempts that were cut by `attempt_timeout`.
        pub attempt_timeouts: u64,
        /// Attempts that took longer than `attempt_timeout` and were not cut, since their body never yielded or is synchronous.
        pub overruns: u64,
        /// Failures worth a retry that were not retried though attempts were left.
        pub suppressed: u64,
        /// `suppressed` by reason.
        pub suppressions: Suppressions,
        /// Calls whose last allowed attempt failed.
        pub exhausted: u64,
        /// Calls that answered with their fallback. They count as `failed` or `rejected` all the same, whatever it said.
        pub fallbacks: u64,
        /// The delays before retries, added up.
        pub waited: Duration,
    }
}

breakdowns! {
    /// Calls that failed, by the kind of their last failure.
    pub struct Failures {
        /// [`Transient`](crate::FailureKind::Transient), without attempt timeouts.
        pub transient: u64,
        /// [`Throttled`](crate::FailureKind::Throttled)
        pub throttled: u64,
        /// [`Permanent`](crate::FailureKind::Permanent)
        pub permanent: u64,
        /// [`Ignored`](crate::FailureKind::Ignored)
        pub ignored: u64,
        /// [`Pending`](crate::FailureKind::Pending)
        pub pending: u64,
        /// [`Unknown`](crate::FailureKind::Unknown)
        pub unknown: u64,
        /// The last attempt was cut by `attempt_timeout` or by a deadline.
        pub attempt_timeout: u64,
    }

    /// Calls that were rejected, by [`Reason`](crate::Reason).
    pub struct Rejections {
        /// [`CircuitOpen`](crate::Reason::CircuitOpen)
        pub circuit_open: u64,
        /// [`ProbesBusy`](crate::Reason::ProbesBusy)
        pub probes_busy: u64,
        /// [`HeldOpen`](crate::Reason::HeldOpen)
        pub held_open: u64,
        /// [`DeadlinePassed`](crate::Reason::DeadlinePassed)
        pub deadline_passed: u64,
        /// [`ApplyInRetry`](crate::Reason::ApplyInRetry)
        pub apply_in_retry: u64,
        /// [`Superseded`](crate::Reason::Superseded)
        pub superseded: u64,
        /// [`ReadOnlyPlan`](crate::Reason::ReadOnlyPlan)
        pub read_only_plan: u64,
        /// [`Shutdown`](crate::Reason::Shutdown)
        pub shutdown: u64,
    }

    /// Failures that were not retried, by what stopped the retry.
    pub struct Suppressions {
        /// An apply has started inside the attempt.
        pub apply_fence: u64,
        /// The last inner call was rejected.
        pub inner_rejection: u64,
        /// An enclosing call retries.
        pub nested: u64,
        /// The circuit is open.
        pub circuit_open: u64,
        /// The service asked for a longer wait than the policy allows, or than time is left for.
        pub retry_after_too_long: u64,
        /// The wait would outlast the time for the call.
        pub deadline: u64,
        /// The retry budget of the service is spent.
        pub budget: u64,
        /// The registry is shut down.
        pub shutdown: u64,
    }
}

impl Rejections {
    /// Those by the circuit of the service.
    pub(crate) fn by_circuit(&self) -> u64 {
        self.circuit_open.and(self.probes_busy).and(self.held_open)
    }
}

impl Sum for Statistics {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}
