//! Annotated operations that make themselves known before anybody calls them.

use crate::operation::Operation;

/// An annotated operation and where it stands. Made by the attribute, for [`Registry::verify`](crate::Registry::verify).
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered {
    pub(crate) operation: &'static Operation,
    pub(crate) module: &'static str,
    pub(crate) line: u32,
}

impl Registered {
    #[must_use]
    pub const fn new(operation: &'static Operation, module: &'static str, line: u32) -> Self {
        Self {
            operation,
            module,
            line,
        }
    }
}

#[cfg(feature = "register")]
inventory::collect!(Registered);

/// Every annotated operation of the program, in a stable order. None without the feature `register`, nor on platforms where
/// nothing runs before `main`.
pub(crate) fn all() -> Vec<&'static Registered> {
    #[cfg(feature = "register")]
    let mut all: Vec<_> = inventory::iter::<Registered>.into_iter().collect();
    #[cfg(not(feature = "register"))]
    let mut all: Vec<&'static Registered> = Vec::new();
    all.sort_unstable_by_key(|registered| {
        let operation = registered.operation;
        (
            operation.service(),
            operation.name(),
            registered.module,
            registered.line,
        )
    });
    all
}

/// Whether an annotated operation names this service.
pub(crate) fn declare(service: &str) -> bool {
    #[cfg(feature = "register")]
    let is_declared = inventory::iter::<Registered>
        .into_iter()
        .any(|registered| registered.operation.service() == service);
    #[cfg(not(feature = "register"))]
    let is_declared = {
        let _ = service;
        false
    };
    is_declared
}

/// Makes a `static` operation known. Expansions of the attribute say it next to the operation.
#[cfg(feature = "register")]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($operation:ident) => {
        $crate::__private::inventory::submit! {
            $crate::__private::Registered::new(&$operation, ::core::module_path!(), ::core::line!())
        }
    };
}

#[cfg(not(feature = "register"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($operation:ident) => {};
}
