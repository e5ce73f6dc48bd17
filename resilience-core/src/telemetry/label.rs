//! A text that events show and that may change: the key of the partition that a slot serves at the moment.

use crate::redact;
use std::sync::{Arc, PoisonError, RwLock};

#[derive(Debug)]
pub(crate) struct Label(RwLock<Arc<str>>);

impl Label {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Self(RwLock::new(text))
    }

    pub(crate) fn get(&self) -> Arc<str> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, text: Arc<str>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// Fit to leave the process: the text is foreign.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only events show it"))]
    pub(crate) fn shown(&self) -> String {
        redact::text(&self.get())
    }
}
