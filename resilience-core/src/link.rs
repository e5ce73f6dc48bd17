//! An operation linked to a live service: what its calls read and count.

mod kept;

pub(crate) use kept::{Kept, MOST_KEPT};

use crate::{
    interruption::{Origin, Reason},
    operation::{Kind, Operation},
    policy::{ApplyInRetry, RetryPolicy},
    scope::Scope,
    service::Service,
    telemetry::{Counters, EachMinute, Subject},
};
use std::{
    hash::{Hash, Hasher},
    mem,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct OperationPolicy {
    pub(crate) retry: RetryPolicy,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) apply_in_retry: ApplyInRetry,
}

impl OperationPolicy {
    pub(crate) const DEFAULT: Self = Self {
        retry: RetryPolicy::DEFAULT,
        attempt_timeout: None,
        apply_in_retry: ApplyInRetry::Disarm,
    };

    /// The same for one attempt.
    pub(crate) fn once(self) -> Self {
        Self {
            retry: self.retry.once(),
            ..self
        }
    }

    /// Equal policies have the same digest.
    fn digest(&self, hasher: &mut impl Hasher) {
        let Self {
            retry,
            attempt_timeout,
            apply_in_retry,
        } = self;
        retry.digest(hasher);
        attempt_timeout.hash(hasher);
        mem::discriminant(apply_in_retry).hash(hasher);
    }

    fn total_millis(&self) -> u32 {
        let millis = self.retry.total_timeout().as_nanos().div_ceil(1_000_000);
        u32::try_from(millis).unwrap_or(u32::MAX)
    }

    /// What a call must know before its body runs, in one word.
    fn word(&self, kind: Kind) -> u32 {
        let mut word = Scope::IN_ATTEMPT;
        if kind == Kind::Idempotent {
            word |= Link::UNCLOCKED | Link::LIMITED;
            if self.retry.max_attempts() > 1 {
                word |= u32::from(self.retry.max_depth()) << Link::DEPTH_SHIFT | Link::RETRIES;
            }
        }
        if kind == Kind::Apply {
            word |= Link::APPLY;
        }
        if self.attempt_timeout.is_some() {
            word |= Link::TIMEOUT;
        }
        word
    }
}

/// What is warned of once per operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Warning {
    BlockingSleep,
    UnknownFailure,
}

/// An operation linked to a live service.
#[derive(Debug)]
pub(crate) struct Link {
    word: AtomicU32,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
    /// What its calls are, whatever the code says.
    pub(crate) kind: Kind,
    pub(crate) counters: Counters,
    /// The number of the policy in force.
    policy: AtomicU32,
    /// In milliseconds; what attempts under way let the calls inside know.
    total_timeout: AtomicU32,
    /// What has been warned of, a bit for each [`Warning`].
    warned: AtomicU32,
    rejected: EachMinute,
}

impl Link {
    /// More than one attempt may be made. The same bit as a depth of one in a [`Scope`].
    pub(crate) const RETRIES: u32 = 1;
    /// The kind is apply.
    pub(crate) const APPLY: u32 = 1 << 3;
    /// Attempts are cut by a timeout.
    pub(crate) const TIMEOUT: u32 = 1 << 1;
    /// The call needs a clock and has not started it.
    pub(crate) const UNCLOCKED: u32 = 1 << 2;
    /// The time for the call is limited, and with it that of the calls inside. The same bit as in a [`Scope`].
    pub(crate) const LIMITED: u32 = Scope::TIMED;
    /// What of the word is a [`Scope`] as well: the body's, where nobody is around.
    pub(crate) const SCOPE: u32 = Self::RETRIES | Self::LIMITED | Scope::IN_ATTEMPT | Scope::NEWS;
    /// The top byte is the depth from which on the operation makes one attempt: its `max_depth`, or zero where it makes only
    /// one anyway.
    pub(crate) const DEPTH_SHIFT: u32 = 24;

    pub(crate) fn new(service: &'static Service, operation: &'static Operation, policy: Kept) -> Self {
        let kind = operation.kind_in_force();
        Self {
            word: AtomicU32::new(Self::word_of(service, kind, policy)),
            service,
            operation,
            kind,
            counters: Counters::default(),
            total_timeout: AtomicU32::new(policy.total_millis()),
            policy: AtomicU32::new(policy.number().get()),
            warned: AtomicU32::new(0),
            rejected: EachMinute::default(),
        }
    }

    /// Where calls share nothing, there is no budget to pay for a second attempt, and no breaker to stop one.
    fn word_of(service: &Service, kind: Kind, policy: Kept) -> u32 {
        let policy = if service.is_unshared() { policy.once() } else { *policy };
        policy.word(kind)
    }

    #[inline]
    pub(crate) fn word(&self) -> u32 {
        // Relaxed: the word is complete in itself.
        self.word.load(Ordering::Relaxed)
    }

    /// In milliseconds.
    pub(crate) fn total_timeout(&self) -> u32 {
        self.total_timeout.load(Ordering::Relaxed)
    }

    /// The policy in force, which a call looks up at its first failure and keeps to its end.
    pub(crate) fn policy(&self) -> Kept {
        // Acquire: the policy was kept before its number was stored.
        let number = self.policy.load(Ordering::Acquire);
        Kept::of_number(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    pub(crate) fn set_policy(&self, policy: Kept) {
        self.policy.store(policy.number().get(), Ordering::Release);
        self.total_timeout.store(policy.total_millis(), Ordering::Relaxed);
        let word = Self::word_of(self.service, self.kind, policy);
        self.word.store(word, Ordering::Relaxed);
    }

    pub(crate) fn origin(&self) -> &'static Origin {
        self.service.origin()
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject {
            operation: Some(self.operation.name()),
            ..self.service.subject()
        }
    }

    /// True once in the life of the link for each warning.
    pub(crate) fn is_first(&self, warning: Warning) -> bool {
        let bit = 1 << warning as u32;
        self.warned.load(Ordering::Relaxed) & bit == 0 && self.warned.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    /// Whether no other rejection has been reported of the same opening of the circuit, or of the same minute.
    #[inline]
    pub(crate) fn is_first_rejection(&self, reason: Reason) -> bool {
        match reason {
            Reason::CircuitOpen | Reason::ProbesBusy | Reason::HeldOpen => self.service.is_first_rejection(),
            _ => self.rejected.is_first(self.service.registry().now()),
        }
    }
}
