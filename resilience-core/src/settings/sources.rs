use std::collections::BTreeMap;

/// Where each value of the settings was said, by its path: `services.plan_service.retry.max_attempts`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(BTreeMap<String, String>);

impl Sources {
    pub(crate) fn of(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    #[cfg(feature = "settings")]
    pub(crate) fn put(&mut self, path: String, source: String) {
        self.0.insert(path, source);
    }
}

