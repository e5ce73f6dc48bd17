//! A tower layer: every call is a boxed future that takes an async mutex twice.

use super::OPEN;
use crate::{
    body::{Failed, until_ready, work_async},
    subject::Subject,
};
use std::{error::Error, future::poll_fn, time::Duration};
use tower::{Layer, Service, service_fn};
use tower_resilience_circuitbreaker::{
    CircuitBreaker, CircuitBreakerConfigBuilder, CircuitBreakerError, CircuitBreakerLayer, DefaultClassifier,
    SlidingWindowType,
};

impl From<CircuitBreakerError<Failed>> for Failed {
    fn from(_: CircuitBreakerError<Failed>) -> Self {
        Self
    }
}

fn subject(builder: CircuitBreakerConfigBuilder<DefaultClassifier>) -> Result<Subject, Box<dyn Error>> {
    let layer = builder.wait_duration_in_open(OPEN).build()?;
    let service = layer.layer(service_fn(work_async));
    Ok(Subject::new(move || {
        let mut service = service.clone();
        move |input| {
            until_ready(async {
                poll_fn(|cx| Service::<u64>::poll_ready(&mut service, cx)).await?;
                Ok(service.call(input).await?)
            })
        }
    }))
}

fn five_in_a_row() -> CircuitBreakerConfigBuilder<DefaultClassifier> {
    CircuitBreakerLayer::builder().consecutive_failures(5)
}

/// Five failures in a row.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn layer() -> Result<CircuitBreakerLayer<DefaultClassifier>, Box<dyn Error>> {
    Ok(five_in_a_row().wait_duration_in_open(OPEN).build()?)
}

/// Five failures in a row.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn consecutive() -> Result<Subject, Box<dyn Error>> {
    subject(five_in_a_row())
}

/// Half of so many calls.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn count_window(calls: usize) -> Result<Subject, Box<dyn Error>> {
    subject(
        CircuitBreakerLayer::builder()
            .failure_rate_threshold(0.5)
            .sliding_window_size(calls)
            .minimum_number_of_calls(10),
    )
}

/// Half of the calls in so much time.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn time_window(length: Duration) -> Result<Subject, Box<dyn Error>> {
    subject(
        CircuitBreakerLayer::builder()
            .failure_rate_threshold(0.5)
            .sliding_window_type(SlidingWindowType::TimeBased)
            .sliding_window_duration(length)
            .minimum_number_of_calls(10),
    )
}

/// Makes breakers.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn one() -> Result<impl Fn() -> CircuitBreaker<(), DefaultClassifier>, Box<dyn Error>> {
    let layer = layer()?;
    Ok(move || layer.layer(()))
}
