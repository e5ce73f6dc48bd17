//! What a strict crate exports: a trait and a type under the attribute, and nothing that a lint could find in what is written
//! beside them.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    missing_debug_implementations,
    missing_docs,
    single_use_lifetimes,
    trivial_casts,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results
)]
#![forbid(unsafe_code)]

use crate::Error;
use resilience_core::{Classify, Interruption, apply, idempotent, plain, retry_service};
use std::{future::Future, pin::Pin};

/// Everything that a trait can hold.
#[retry_service(
    name = "strict_store",
    breaker(failure_threshold = 3),
    budget(capacity = 3),
    retry(jitter = none),
    attempt_timeout = "1s"
)]
pub trait StrictStore<'k, T: Clone + Send + 'k, const N: usize = 3>: Send + Sync + 'static {
    /// What it keeps.
    type Item<'a>: Send + Sync
    where
        Self: 'a;

    /// What can go wrong.
    type Error: Classify + From<Interruption>;

    /// How much it keeps.
    const LIMIT: usize = N;

    /// On this thread.
    #[idempotent]
    fn local(&self, id: u32) -> impl Future<Output = Result<u32, Self::Error>>;

    /// On any thread.
    #[idempotent(clone(id, more))]
    fn get(&self, id: T, more: Vec<[T; N]>) -> impl Future<Output = Result<u32, Self::Error>> + Send;

    /// In a box.
    #[expect(clippy::type_complexity, reason = "what is tested is how it is written")]
    #[apply]
    fn put<'a>(
        &'a mut self,
        items: &'a [Self::Item<'a>],
    ) -> Pin<Box<dyn Future<Output = Result<&'a u32, Self::Error>> + Send + 'a>>;

    /// Without an operation.
    fn touch(&mut self);

    /// Without an operation, borrowed.
    fn iter(&self) -> impl Iterator<Item = u32> + '_;

    /// With a body.
    ///
    /// # Errors
    /// None.
    #[plain]
    fn choose(&self, choice: &mut dyn FnMut(&str) -> bool, (a, _): (u32, u32)) -> Result<Vec<u32>, Self::Error> {
        Ok(if choice("a") { vec![a] } else { Vec::new() })
    }

    /// Without a receiver.
    ///
    /// # Errors
    /// Whatever the store says.
    #[idempotent]
    fn parse(text: &str, shape: (u8, [u8; 3])) -> Result<Vec<u32>, Self::Error>;

    /// Never.
    fn never(&self) -> !;

    /// No more.
    ///
    /// # Errors
    /// Whatever the store says.
    #[deprecated(note = "what is tested is that only its callers are told")]
    #[plain]
    fn old(&self) -> Result<(), Self::Error>;
}

/// A caller that knows nothing of the implementation, and may move to another thread.
pub fn through_a_bound<S: StrictStore<'static, u32>>(
    inner: S,
) -> Pin<Box<dyn Future<Output = Result<u32, S::Error>> + Send>> {
    let store = StrictStoreResilient::new(inner);
    Box::pin(async move { store.get(1, Vec::new()).await })
}

/// A type with a block.
#[derive(Clone, Debug, Default)]
pub struct StrictClient {
    names: Vec<String>,
}

#[retry_service(name = "strict_service", breaker(failure_threshold = 3), retry(max_attempts = 2))]
impl StrictClient {
    /// Reads.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none.
    #[idempotent]
    pub async fn find(&self, at: usize) -> Result<&str, Error> {
        self.names.get(at).map(String::as_str).ok_or(Error::Missing)
    }

    /// Writes.
    ///
    /// # Errors
    /// [`Error::Missing`] if the name is empty.
    #[apply]
    pub fn add(&mut self, name: String) -> Result<usize, Error> {
        if name.is_empty() {
            return Err(Error::Missing);
        }
        self.names.push(name);
        Ok(self.names.len())
    }
}
