//! The levels of events, by class.

/// The level of a class of events, or none at all.
///
/// ```
/// use resilience_core::{EventLevel, EventOptions, Registry, ServiceOptions};
///
/// let quiet = EventOptions::new().retry(EventLevel::Debug).repeated_rejection(EventLevel::Off);
/// Registry::new().configure_defaults(ServiceOptions::new().events(quiet))?;
/// # Ok::<(), resilience_core::InvalidPolicy>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum EventLevel {
    /// The events of the class are not emitted.
    Off,
    /// `tracing::Level::ERROR`
    Error,
    /// `tracing::Level::WARN`
    Warn,
    /// `tracing::Level::INFO`
    Info,
    /// `tracing::Level::DEBUG`
    Debug,
    /// `tracing::Level::TRACE`
    Trace,
}

impl EventLevel {
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only events have levels"))]
    const fn of_bits(bits: u64) -> Self {
        match bits {
            0 => Self::Off,
            1 => Self::Error,
            2 => Self::Warn,
            3 => Self::Info,
            4 => Self::Debug,
            _ => Self::Trace,
        }
    }
}

macro_rules! classes {
    ($($(#[doc = $about:literal])+ $class:ident $field:ident $default:ident;)+) => {
        /// A class of events: they have one level together.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Class {
            $($(#[doc = $about])+ $class,)+
        }

        impl Class {
            pub(crate) const fn default_level(self) -> EventLevel {
                match self {
                    $(Self::$class => EventLevel::$default,)+
                }
            }
        }

        /// The levels of events that one layer states; what it leaves open falls through to the layer below.
        ///
        /// The page `docs/events.md` lists the events of each class. They belong to the service: its operations share them.
        /// Events about no service have the levels of `[global]` and `[defaults]`.
        #[derive(Clone, Copy, Debug, PartialEq, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
        #[must_use]
        pub struct EventOptions {
            $(pub(crate) $field: Option<EventLevel>,)+
        }

        impl EventOptions {
            /// A layer that states nothing.
            pub const fn new() -> Self {
                Self { $($field: None,)+ }
            }

            $(
                $(#[doc = $about])+
                pub const fn $field(mut self, level: EventLevel) -> Self {
                    self.$field = Some(level);
                    self
                }
            )+

            /// This layer where it states something, `below` where it does not.
            pub(crate) fn over(self, below: Self) -> Self {
                Self { $($field: self.$field.or(below.$field),)+ }
            }
        }

        impl From<&EventOptions> for Levels {
            fn from(options: &EventOptions) -> Self {
                Self::DEFAULT $(.with(Class::$class, options.$field))+
            }
        }

        impl Levels {
            /// What holds where nobody says otherwise.
            pub(crate) const DEFAULT: Self = Self(0 $(| (EventLevel::$default as u64) << Self::shift(Class::$class))+);
        }
    };
}

classes! {
    /// A retry follows after a delay. Default: warn.
    Retry retry Warn;
    /// A failure is not retried though attempts are left. Default: debug.
    Suppression suppression Debug;
    /// The last allowed attempt failed. Default: warn.
    Exhaustion exhaustion Warn;
    /// The first rejection of an opening of the circuit; for other reasons, the first of an operation in a minute.
    /// Default: warn.
    Rejection rejection Warn;
    /// The rejections that follow the first. Default: debug.
    RepeatedRejection repeated_rejection Debug;
    /// An attempt outlived its timeout and could not be cut. Default: debug.
    Overrun overrun Debug;
    /// A fallback answers. Default: warn.
    Fallback fallback Warn;
    /// The circuit opens. Default: error.
    Opening opening Error;
    /// A probe failed, and the circuit opens again. Default: warn.
    Reopening reopening Warn;
    /// The circuit is half-open, closes or is reset. Default: info.
    Recovery recovery Info;
    /// The mode of the breaker changes. Default: warn.
    Mode mode Warn;
    /// The code does something that it should not. Default: warn.
    Usage usage Warn;
    /// Something in the settings does not count. Default: warn.
    Settings settings Warn;
    /// New settings are in force. Default: info.
    Reload reload Info;
    /// Code or settings are refused. Default: error.
    Refusal refusal Error;
}

/// The level of every class, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Levels(u64);

impl Levels {
    const BITS: u32 = 4;

    const fn shift(class: Class) -> u32 {
        class as u32 * Self::BITS
    }

    fn with(self, class: Class, level: Option<EventLevel>) -> Self {
        let Some(level) = level else {
            return self;
        };
        let shift = Self::shift(class);
        Self(self.0 & !(((1 << Self::BITS) - 1) << shift) | (level as u64) << shift)
    }

    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only events have levels"))]
    #[inline]
    pub(crate) const fn of(self, class: Class) -> EventLevel {
        EventLevel::of_bits(self.0 >> Self::shift(class) & ((1 << Self::BITS) - 1))
    }

    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_default_until_a_layer_states_another_level() {
        let options = EventOptions::new().retry(EventLevel::Off).refusal(EventLevel::Trace);
        let below = EventOptions::new().retry(EventLevel::Info).mode(EventLevel::Error);

        let levels = Levels::from(&options.over(below));

        assert_eq!(levels.of(Class::Retry), EventLevel::Off);
        assert_eq!(levels.of(Class::Refusal), EventLevel::Trace);
        assert_eq!(levels.of(Class::Mode), EventLevel::Error);
        for class in [Class::Suppression, Class::Rejection, Class::Opening, Class::Reload] {
            assert_eq!(levels.of(class), class.default_level(), "{class:?}");
        }
        assert_eq!(Levels::from_bits(levels.to_bits()), levels);
    }
}
