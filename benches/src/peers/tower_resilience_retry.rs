//! A tower layer: every call is a boxed future that holds the service.
//!
//! It sleeps on tokio's timer however short the delay: with a success it never gets there.

use super::tower_resilience;
use crate::{
    body::{FAILING, Failed, until_ready, work_async},
    subject::Subject,
};
use std::{error::Error, future::poll_fn, time::Duration};
use tower::{Layer, Service, service_fn, util::MapErr};
use tower_resilience_retry::RetryLayer;

/// Anything that takes a number and gives one.
pub trait Numbers: Service<u64, Response = u64, Error = Failed, Future: Send> + Clone + Send + Sync + 'static {}

impl<S: Service<u64, Response = u64, Error = Failed, Future: Send> + Clone + Send + Sync + 'static> Numbers for S {}

fn layer(delay: Duration) -> RetryLayer<u64, u64, Failed> {
    RetryLayer::<u64, u64, Failed>::builder()
        .max_attempts(3)
        .fixed_backoff(delay)
        .build()
}

/// Three attempts, of which the first succeeds.
#[must_use]
pub fn asynchronous() -> Subject {
    subject(layer(Duration::from_millis(1)).layer(service_fn(work_async)))
}

/// So many levels of three attempts, each through a breaker of its level that opens at five failures in a row.
///
/// # Errors
/// Never, unless the crate changes its ranges.
pub fn nested(levels: usize) -> Result<Subject, Box<dyn Error>> {
    let one = level(service_fn(work_async))?;
    Ok(match levels {
        1 => subject(one),
        2 => subject(level(one)?),
        3 => subject(level(level(one)?)?),
        4 => subject(level(level(level(one)?)?)?),
        _ => subject(level(level(level(level(one)?)?)?)?),
    })
}

fn level<S: Numbers>(inner: S) -> Result<impl Numbers, Box<dyn Error>> {
    let breaker = MapErr::new(tower_resilience::layer()?.layer(inner), Failed::from);
    Ok(layer(Duration::from_millis(1)).layer(breaker))
}

/// A service whose calls sleep for so long between two attempts, and nothing else.
#[must_use]
pub fn sleeping(delay: Duration) -> impl Numbers {
    layer(delay).layer(service_fn(work_async))
}

/// A call of such a service.
///
/// # Errors
/// Never: nobody waits for so long.
pub async fn asleep(mut service: impl Numbers) -> Result<u64, Failed> {
    poll_fn(|cx| service.poll_ready(cx)).await?;
    service.call(FAILING).await
}

fn subject(service: impl Numbers) -> Subject {
    Subject::new(move || {
        let mut service = service.clone();
        move |input| {
            until_ready(async {
                poll_fn(|cx| service.poll_ready(cx)).await?;
                service.call(input).await
            })
        }
    })
}
