//! What a crate that denies clippy's restriction lints is told about its annotated functions: nothing of what the attributes write.
//!
//! Allowed are lints that contradict each other, lints about what the functions here do themselves, and `missing_trait_methods`:
//! the witness of a trait's `#[apply]` is a provided method.
#![deny(warnings, clippy::restriction)]
#![allow(
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::arbitrary_source_item_ordering,
    clippy::arithmetic_side_effects,
    clippy::blanket_clippy_restriction_lints,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::field_scoped_visibility_modifiers,
    clippy::min_ident_chars,
    clippy::missing_docs_in_private_items,
    clippy::missing_trait_methods,
    clippy::needless_pass_by_value,
    clippy::needless_return,
    clippy::pattern_type_mismatch,
    clippy::question_mark_used,
    clippy::single_call_fn,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    reason = "what is tested is what the attributes write"
)]

use resilience_core::{Classify, Interruption, LastFailure, apply, classify, idempotent, plain, retry_service};
use std::{future::Future, io};

/// An error of every kind.
#[derive(Debug, Classify)]
#[non_exhaustive]
pub enum Answer {
    /// Depends on the code.
    #[permanent(if = |code| return *code == 404)]
    #[transient]
    Code(u32),
    /// Of somebody else.
    #[classify(transparent)]
    Io(io::Error),
    /// Ours.
    #[interruption]
    Interrupted(Interruption),
}

fn keep(name: String) -> io::Result<usize> {
    return Ok(name.len());
}

/// Methods with an attribute of their own.
#[derive(Clone, Debug, Default)]
pub struct Alone {
    name: String,
}

impl Alone {
    /// Repeated.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted", idempotent, clone(name))]
    pub async fn repeated(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }

    /// Repeated, on this thread.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted", idempotent, clone(name, more))]
    pub fn repeated_blocking(&self, mut name: String, more: String) -> io::Result<usize> {
        name.push_str(&more);
        return keep(name);
    }

    /// Once, with a name that is changed.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted")]
    pub async fn once(&self, mut name: String) -> io::Result<usize> {
        name.push('.');
        return keep(name);
    }

    /// Once, on this thread.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted")]
    pub fn once_blocking(&self, mut name: &str) -> io::Result<usize> {
        name = name.trim();
        return Ok(name.len());
    }

    /// By value.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted")]
    pub async fn renamed(mut self, name: String) -> io::Result<Self> {
        self.name = name;
        return Ok(self);
    }

    /// With a fallback.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted", idempotent, fallback = LastFailure::into_outcome)]
    pub fn answered(&self, name: &str) -> io::Result<usize> {
        return Ok(name.len());
    }

    /// With an error that is made from an interruption, and a classifier.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[retry_service(name = "restricted", interrupted = io::Error::from, classify = classify::always_transient)]
    pub async fn interrupted(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }

    /// Without a service.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[apply]
    pub fn applied(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }
}

/// A block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    name: String,
}

#[retry_service(name = "restricted_block", breaker(failure_threshold = 3), clone(name))]
impl Block {
    /// Repeated.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[idempotent]
    pub async fn read(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }

    /// Once.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[plain]
    pub fn count(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }

    /// A change.
    ///
    /// # Errors
    /// None.
    #[inline]
    #[apply]
    pub fn put(mut self, name: String) -> io::Result<Self> {
        self.name = name;
        return Ok(self);
    }
}

/// A trait and its decorator.
#[retry_service(name = "restricted_store", breaker(failure_threshold = 3), clone(name))]
pub trait Store {
    /// Repeated.
    #[idempotent]
    fn find(&self, name: String) -> impl Future<Output = io::Result<usize>> + Send;

    /// Once.
    ///
    /// # Errors
    /// Whatever the store says.
    #[plain]
    fn size(&self, name: String) -> io::Result<usize>;

    /// A change.
    ///
    /// # Errors
    /// Whatever the store says.
    #[apply]
    fn store(&self, name: String) -> io::Result<usize>;
}

impl Store for Block {
    #[inline]
    #[retry_service(name = "restricted", idempotent, clone(name))]
    async fn find(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }

    #[inline]
    #[retry_service(name = "restricted", idempotent, clone(name))]
    fn size(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }

    #[inline]
    fn store(&self, name: String) -> io::Result<usize> {
        return keep(name);
    }
}
