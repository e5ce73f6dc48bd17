//! What a call answers in place of its last failure.

use super::{Attempt, Call, Describing, Next};
use crate::{
    classify::{Classify, ErrorText, FailureKind, Outcome, Verdict},
    interruption::{FromInterruption, Interruption},
    scope::{self, Scope},
    telemetry::{Count, events},
};
use pin_project_lite::pin_project;
use std::{
    any, fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// What a `fallback` is given: why the call has no better answer.
///
/// ```
/// use resilience_core::{LastFailure, retry_service};
/// use std::io;
///
/// /// The plan of yesterday is better than none, and one that does not exist has none of yesterday.
/// fn yesterday(failure: LastFailure<io::Result<String>>) -> io::Result<String> {
///     match failure {
///         LastFailure::Outcome(Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(error),
///         LastFailure::Outcome(_) | LastFailure::Interruption(_) => Ok("the plan of yesterday".into()),
///     }
/// }
///
/// #[retry_service(name = "plan_service", idempotent, retry(max_attempts = 1), fallback = yesterday)]
/// fn plan(kind: io::ErrorKind) -> io::Result<String> {
///     Err(kind.into())
/// }
///
/// assert_eq!(plan(io::ErrorKind::ConnectionReset).unwrap(), "the plan of yesterday");
/// assert!(plan(io::ErrorKind::NotFound).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub enum LastFailure<O> {
    /// The outcome of the last attempt, which was classified as a failure.
    Outcome(O),
    /// The last attempt did not run, or was cut by its timeout: there is no outcome.
    Interruption(Interruption),
}

impl<O> LastFailure<O> {
    /// The interruption, if it is one.
    #[must_use]
    pub fn interruption(&self) -> Option<Interruption> {
        match self {
            Self::Outcome(_) => None,
            Self::Interruption(interruption) => Some(*interruption),
        }
    }

    /// The outcome of the last attempt, or what `interrupted` makes of the interruption: for return types without room for one.
    ///
    /// ```
    /// use resilience_core::{classify, retry_service};
    ///
    /// #[retry_service(
    ///     name = "plan_service",
    ///     classify = classify::always_transient,
    ///     fallback = |failure| failure.outcome_or_else(|interruption| Err(interruption.to_string())),
    /// )]
    /// fn fetch_plan(id: u64) -> Result<u64, String> {
    ///     if id == 0 { Err("no such plan".into()) } else { Ok(id) }
    /// }
    ///
    /// assert_eq!(fetch_plan(0), Err("no such plan".into()));
    /// ```
    #[must_use]
    pub fn outcome_or_else(self, interrupted: impl FnOnce(Interruption) -> O) -> O {
        match self {
            Self::Outcome(outcome) => outcome,
            Self::Interruption(interruption) => interrupted(interruption),
        }
    }

    /// What the call would return without a fallback.
    #[must_use]
    pub fn into_outcome(self) -> O
    where
        O: FromInterruption,
    {
        match self {
            Self::Outcome(outcome) => outcome,
            Self::Interruption(interruption) => O::from_interruption(interruption),
        }
    }
}

impl<T, E> LastFailure<Result<T, E>> {
    /// The error of the last attempt, if there was one.
    #[must_use]
    pub fn error(&self) -> Option<&E> {
        match self {
            Self::Outcome(outcome) => outcome.as_ref().err(),
            Self::Interruption(_) => None,
        }
    }
}

/// For calls with a fallback: outcomes need no room for an interruption, and the end of the call says which it was.
impl Call {
    /// Like [`attempt`](Self::attempt), for outcomes without room for an interruption.
    #[inline]
    pub fn try_attempt<F: Future>(&mut self, body: F) -> TryAttempt<'_, F> {
        TryAttempt {
            attempt: self.attempt(body),
        }
    }

    /// Like [`settle`](Self::settle): the outcome that is returned is a success, or the last failure of the call.
    #[inline]
    pub fn try_settle<O: Outcome>(&mut self, attempted: Result<O, Interruption>) -> Next<Result<O, LastFailure<O>>> {
        self.try_settle_with(attempted, O::verdict, Describing::OF_ATTEMPTED)
    }

    /// Like [`try_settle`](Self::try_settle), with a classifier in place of [`Outcome`].
    #[inline]
    pub fn try_settle_as<O>(
        &mut self,
        attempted: Result<O, Interruption>,
        classify: impl FnOnce(&O) -> Verdict,
    ) -> Next<Result<O, LastFailure<O>>> {
        self.try_settle_with(attempted, classify, Describing::OF_INTERRUPTION)
    }

    #[inline]
    fn try_settle_with<O>(
        &mut self,
        attempted: Result<O, Interruption>,
        classify: impl FnOnce(&O) -> Verdict,
        describing: Describing<Result<O, Interruption>>,
    ) -> Next<Result<O, LastFailure<O>>> {
        let verdict = verdict_of(&attempted, classify);
        match self.settle_with(attempted, verdict, describing) {
            Next::Return(attempted) => Next::Return(self.ended(attempted, verdict)),
            Next::RetryAfter(delay) => Next::RetryAfter(delay),
        }
    }

    /// Like [`finish`](Self::finish): a success, or the last failure of the call.
    ///
    /// # Errors
    /// The failure of the only attempt.
    #[inline]
    pub fn try_finish<O: Outcome>(&mut self, attempted: Result<O, Interruption>) -> Result<O, LastFailure<O>> {
        self.try_finish_with(attempted, O::verdict, Describing::OF_ATTEMPTED)
    }

    /// Like [`try_finish`](Self::try_finish), with a classifier in place of [`Outcome`].
    ///
    /// # Errors
    /// The failure of the only attempt.
    #[inline]
    pub fn try_finish_as<O>(
        &mut self,
        attempted: Result<O, Interruption>,
        classify: impl FnOnce(&O) -> Verdict,
    ) -> Result<O, LastFailure<O>> {
        self.try_finish_with(attempted, classify, Describing::OF_INTERRUPTION)
    }

    #[inline]
    fn try_finish_with<O>(
        &mut self,
        attempted: Result<O, Interruption>,
        classify: impl FnOnce(&O) -> Verdict,
        describing: Describing<Result<O, Interruption>>,
    ) -> Result<O, LastFailure<O>> {
        let verdict = verdict_of(&attempted, classify);
        let attempted = self.finish_with(attempted, verdict, describing);
        self.ended(attempted, verdict)
    }

    fn ended<O>(&mut self, attempted: Result<O, Interruption>, verdict: Verdict) -> Result<O, LastFailure<O>> {
        match (attempted, verdict) {
            (Ok(outcome), Verdict::Success) => Ok(outcome),
            (Ok(outcome), Verdict::Failure(kind)) => {
                self.trouble().rare_mut().last_failure = Some(kind);
                Err(LastFailure::Outcome(outcome))
            }
            (Err(interruption), _) => Err(LastFailure::Interruption(interruption)),
        }
    }

    /// Answers with `fallback` in place of the last failure of the call, which has ended. An event says so, and it is counted.
    #[cold]
    pub fn fall_back<O: Outcome>(&mut self, failure: LastFailure<O>, fallback: impl FnOnce(LastFailure<O>) -> O) -> O {
        self.fall_back_as(failure, fallback, O::verdict)
    }

    /// Like [`fall_back`](Self::fall_back), with a classifier in place of [`Outcome`].
    #[cold]
    pub fn fall_back_as<O>(
        &mut self,
        failure: LastFailure<O>,
        fallback: impl FnOnce(LastFailure<O>) -> O,
        classify: impl FnOnce(&O) -> Verdict,
    ) -> O {
        self.begin_fallback(&failure);
        let answer = fallback(failure);
        self.end_fallback_as(answer, classify)
    }

    /// The first half of [`fall_back`](Self::fall_back), for a fallback that is awaited: what follows is its work.
    #[cold]
    pub fn begin_fallback<O>(&mut self, failure: &LastFailure<O>) {
        self.link.counters.add(Count::Fallback);
        let attempts = self.attempts();
        let (attempt, error_kind, reason) = match failure {
            LastFailure::Interruption(interruption) if interruption.is_rejection() => {
                (attempts.saturating_add(1), None, Some(interruption.reason().as_str()))
            }
            LastFailure::Interruption(interruption) => (attempts, Some(interruption.reason().as_str()), None),
            LastFailure::Outcome(_) => {
                let kind = self.trouble.rare().and_then(|rare| rare.last_failure);
                (attempts, kind.map(FailureKind::as_str), None)
            }
        };
        events::fallback_used(self.link.subject(), attempt, error_kind, reason);
    }

    /// The second half: takes the answer of the fallback and gives it back.
    #[cold]
    pub fn end_fallback<O: Outcome>(&mut self, answer: O) -> O {
        self.end_fallback_as(answer, O::verdict)
    }

    /// Like [`end_fallback`](Self::end_fallback), with a classifier in place of [`Outcome`].
    #[cold]
    pub fn end_fallback_as<O>(&mut self, answer: O, classify: impl FnOnce(&O) -> Verdict) -> O {
        if classify(&answer) == Verdict::Success {
            // Whoever is around got an answer: what was refused on the way to it is no reason not to retry.
            let around = scope::current();
            if around.has(Scope::IN_ATTEMPT) {
                scope::set(around.without(Scope::MARKED));
            }
        }
        answer
    }
}

impl<O: Outcome> Describing<Result<O, Interruption>> {
    const OF_ATTEMPTED: Self = Self {
        type_name: any::type_name::<O>,
        describe: |attempted| match attempted {
            Ok(outcome) => outcome.error_text(),
            Err(interruption) => Some(ErrorText::error(interruption)),
        },
    };
}

impl<O> Describing<Result<O, Interruption>> {
    /// A classifier says what the outcome is, and nobody what it says.
    const OF_INTERRUPTION: Self = Self {
        type_name: any::type_name::<O>,
        describe: |attempted| match attempted {
            Ok(_) => None,
            Err(interruption) => Some(ErrorText::error(interruption)),
        },
    };
}

fn verdict_of<O>(attempted: &Result<O, Interruption>, classify: impl FnOnce(&O) -> Verdict) -> Verdict {
    match attempted {
        Ok(outcome) => classify(outcome),
        Err(interruption) => Verdict::Failure(interruption.classify()),
    }
}

pin_project! {
    /// One run of an async body whose outcome has no room for an interruption.
    #[must_use = "futures do nothing unless awaited"]
    pub struct TryAttempt<'c, F> {
        #[pin]
        attempt: Attempt<'c, F>,
    }
}

impl<F: Future> Future for TryAttempt<'_, F> {
    type Output = Result<F::Output, Interruption>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().attempt.poll_as(cx, Ok)
    }
}

impl<F> fmt::Debug for TryAttempt<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryAttempt")
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
