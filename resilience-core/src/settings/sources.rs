use std::collections::BTreeMap;

/// Where each value of the settings was said, by its path: `services.plan_service.retry.max_attempts`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(BTreeMap<String, String>);

impl Sources {
    pub(crate) fn of(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }
}

#[cfg(feature = "settings")]
impl Sources {
    /// Whether the source whose origins begin with `prefix` said any of it.
    #[cfg(feature = "watch")]
    pub(crate) fn have(&self, prefix: &str) -> bool {
        self.0.values().any(|source| source.starts_with(prefix))
    }

    pub(crate) fn put(&mut self, path: String, source: String) {
        self.0.insert(path, source);
    }

    pub(crate) fn forget(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Takes over from `others` what begins with `prefix`.
    pub(crate) fn take_over(&mut self, others: &Self, prefix: &str) {
        let theirs = others.0.iter().filter(|(path, _)| path.starts_with(prefix));
        self.0
            .extend(theirs.map(|(path, source)| (path.clone(), source.clone())));
    }
}
