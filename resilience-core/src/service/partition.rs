//! A part of a service with a breaker and a budget of its own: a host, a tenant.

use super::{
    Service, Standing,
    partitions::{LONGEST_KEY, Pinned},
};
use crate::breaker::{BreakerSnapshot, CircuitState, Tick};
use std::{fmt, sync::Arc};

/// A lease of one partition of a [`Service`], for keys that come from outside: hosts, tenants, accounts.
///
/// Each partition has a circuit breaker and a retry budget of its own, so that one tenant that fails does not stop the others.
/// Policies, settings, statistics and the name in an [`Interruption`](crate::Interruption) are the service's; events carry the
/// key as the field `partition`.
///
/// A partition lives for as long as a lease of it or a call under way does, and for as long as it has anything to remember: an
/// open circuit, failures, a budget that is not full. After that its memory serves another key, so a service may meet any number
/// of keys over time. At any one moment it tells apart so many as
/// [`RegistryBuilder::max_partitions`](crate::RegistryBuilder::max_partitions) or
/// [`ServiceDef::max_partitions`](crate::ServiceDef::max_partitions) says. A key beyond that has no [key](Self::key) here, and
/// its calls share nothing: they make one attempt, without breaker and budget, and the first of them is an event.
///
/// The attribute takes a lease as `service = ..`; [`Operation::begin_on`](crate::Operation::begin_on) does by hand. Cloning and
/// dropping it cost one atomic operation.
///
/// ```
/// use resilience_core::{Partition, Registry, retry_service};
///
/// struct Host {
///     partition: Partition,
/// }
///
/// impl Host {
///     #[retry_service(service = self.partition, idempotent)]
///     fn fetch(&self, page: u32) -> std::io::Result<u32> {
///         Ok(page)
///     }
/// }
///
/// let pages = Registry::new().service("page_service");
/// let host = Host { partition: pages.partition("example.com") };
/// assert_eq!(host.fetch(7).unwrap(), 7);
/// assert_eq!(pages.statistics().calls, 1);
/// ```
#[must_use = "a partition that nobody holds is given to another key"]
pub struct Partition {
    pinned: Pinned,
    of: &'static Service,
    key: Option<Arc<str>>,
}

impl Service {
    /// The partition of this key, for as long as the lease is kept. See [`Partition`].
    ///
    /// Any text of 1 to 255 bytes is a key. A text that is empty or longer has no partition, like a key beyond the bound.
    ///
    /// ```
    /// use resilience_core::{CircuitState, Registry};
    ///
    /// let pages = Registry::new().service("page_service");
    /// let host = pages.partition("example.com");
    /// assert_eq!(host.key(), Some("example.com"));
    /// assert_eq!(host.state(), CircuitState::Closed);
    /// assert_eq!(pages.partition("").key(), None);
    /// ```
    pub fn partition(&'static self, key: &str) -> Partition {
        if let Some((key, pinned)) = self.partitions.get().and_then(|partitions| partitions.find(key)) {
            return Partition {
                pinned,
                of: self,
                key: Some(key),
            };
        }
        self.new_partition(key)
    }

    #[cold]
    fn new_partition(&'static self, key: &str) -> Partition {
        // The clock is a user's code: it is read before anything is locked.
        let now = Tick::at(self.registry.now());
        if matches!(self.standing, Standing::Unshared(_)) {
            // Beyond the bound of services there are no partitions either.
            return Partition {
                pinned: Pinned::of_unshared(self),
                of: self,
                key: None,
            };
        }
        let partitions = self.partitions.get_or_init(Box::default);
        let limit = self.max_partitions();
        let reason = match key.len() {
            0 => "empty_key",
            1..=LONGEST_KEY => {
                if let Some((key, pinned)) = partitions.take(key, self, now, limit) {
                    return Partition {
                        pinned,
                        of: self,
                        key: Some(key),
                    };
                }
                "too_many"
            }
            _ => "key_too_long",
        };
        partitions.tell(self, reason, key, limit);
        Partition {
            pinned: Pinned::of_unshared(partitions.unshared(self, now)),
            of: self,
            key: None,
        }
    }

    /// All partitions that are remembered, by key: for operators. Reading them does not keep them, but their leases do.
    #[must_use]
    pub fn partitions(&'static self) -> Vec<Partition> {
        let by_key = self.partitions.get().map(|partitions| partitions.by_key());
        let leases = by_key.into_iter().flatten().map(|(key, pinned)| Partition {
            pinned,
            of: self,
            key: Some(key),
        });
        leases.collect()
    }

    /// The slots of its partitions, and what calls beyond the bound go by.
    pub(super) fn parts(&self) -> Vec<&'static Self> {
        self.partitions
            .get()
            .map_or_else(Vec::new, |partitions| partitions.everyone())
    }
}

impl Partition {
    /// The service that this is a partition of.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.of
    }

    /// Another pin, for a call.
    pub(crate) fn pin(&self) -> Pinned {
        self.pinned.again()
    }

    /// The key; none where the key has no partition, as it is beyond the bound, empty or too long.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What the breaker of the partition is doing, as [`Service::state`] has it.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        self.pinned.service().state()
    }

    /// What the breaker of the partition is doing, and has done since the key was first seen. Reading changes nothing.
    #[must_use]
    pub fn snapshot(&self) -> BreakerSnapshot {
        self.pinned.service().snapshot()
    }

    /// Closes the circuit of the partition and forgets all that could open it, as [`Service::reset_breaker`] does.
    pub fn reset_breaker(&self) {
        self.pinned.service().reset_breaker();
    }

    /// The tokens in the budget of the partition, as [`Service::retry_tokens`] has them.
    #[must_use]
    pub fn retry_tokens(&self) -> f64 {
        self.pinned.service().retry_tokens()
    }
}

/// Another lease of the same partition.
impl Clone for Partition {
    fn clone(&self) -> Self {
        Self {
            pinned: self.pinned.again(),
            of: self.of,
            key: self.key.clone(),
        }
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partition")
            .field("service", &self.of.name())
            .field("key", &self.key())
            .finish_non_exhaustive()
    }
}
