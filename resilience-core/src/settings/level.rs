//! The layers of one service or operation, one above the other.

use crate::policy::ServiceOptions;
use std::fmt;

/// The layer that a value comes from. The higher one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// The defaults of this library.
    Library,
    /// `[defaults]` of the settings.
    Defaults,
    /// A [`ServiceDef`](crate::ServiceDef) in code.
    Definition,
    /// The attribute of the operation, or its [`Operation`](crate::Operation) made by hand.
    Attribute,
    /// `[global]` of the settings: for all services that the code declares.
    Global,
    /// `[services.plan_service]` of the settings.
    Service,
    /// `[services.plan_service.operations.fetch_plan]` of the settings.
    Operation,
}

impl Level {
    /// The name in one word: `library`, `defaults`, `definition`, `attribute`, `global`, `service` or `operation`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Defaults => "defaults",
            Self::Definition => "definition",
            Self::Attribute => "attribute",
            Self::Global => "global",
            Self::Service => "service",
            Self::Operation => "operation",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What each layer says, from the lowest to the highest. The library's own is the ground that they stand on.
#[derive(Clone, Copy)]
pub(crate) struct Stack([(Level, ServiceOptions); 6]);

impl Stack {
    pub(crate) const EMPTY: Self = Self([
        (Level::Defaults, ServiceOptions::new()),
        (Level::Definition, ServiceOptions::new()),
        (Level::Attribute, ServiceOptions::new()),
        (Level::Global, ServiceOptions::new()),
        (Level::Service, ServiceOptions::new()),
        (Level::Operation, ServiceOptions::new()),
    ]);

    /// The same with `layer` at `level`.
    pub(crate) fn with(mut self, level: Level, layer: ServiceOptions) -> Self {
        if let Some(place) = self.0.iter_mut().find(|(found, _)| *found == level) {
            place.1 = layer;
        }
        self
    }

    /// What all the layers together say.
    pub(crate) fn merged(&self) -> ServiceOptions {
        self.0
            .iter()
            .fold(ServiceOptions::new(), |below, (_, layer)| layer.over(below))
    }

    /// The highest layer that `states` something, and what that is; the library if none does.
    pub(crate) fn highest<T>(&self, states: impl Fn(&ServiceOptions) -> Option<T>) -> (Level, Option<T>) {
        let mut from_the_top = self.0.iter().rev();
        from_the_top
            .find_map(|(level, layer)| Some((*level, Some(states(layer)?))))
            .unwrap_or((Level::Library, None))
    }
}
