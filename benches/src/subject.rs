//! Something that calls go through: a breaker, an annotated function, or nothing at all.

use crate::body::{FAILING, Failed};
use std::{fmt, hint::black_box};

/// How often the body fails.
#[derive(Clone, Copy, Debug)]
pub struct Inputs(u64);

impl Inputs {
    /// Never.
    pub const FINE: Self = Self(u64::MAX);
    /// One call in eight.
    pub const ONE_IN_EIGHT: Self = Self(0b111);
    /// Always.
    pub const DOWN: Self = Self(0);

    fn at(self, call: u64) -> u64 {
        if call & self.0 == self.0 { FAILING } else { call }
    }
}

/// Makes so many calls with such inputs.
pub type Drive = Box<dyn FnMut(u64, Inputs) + Send>;

/// Something that calls go through. It lives as long as the process, as what is measured would in a program.
pub struct Subject {
    drive: Box<dyn Fn() -> Drive + Sync>,
    ask: Box<dyn Fn(u64) -> bool>,
}

impl Subject {
    /// `caller` makes what one thread calls.
    pub fn new<C>(caller: impl Fn() -> C + Sync + Clone + 'static) -> Self
    where
        C: FnMut(u64) -> Result<u64, Failed> + Send + 'static,
    {
        let asked = caller.clone();
        Self {
            drive: Box::new(move || {
                let mut call = caller();
                Box::new(move |calls, inputs| {
                    for number in 0..calls {
                        let _ = black_box(call(inputs.at(number)));
                    }
                })
            }),
            ask: Box::new(move |input| asked()(input).is_ok()),
        }
    }

    /// What one thread drives its calls with.
    #[must_use]
    pub fn drive(&self) -> Drive {
        (self.drive)()
    }

    /// Whether a call whose body is fine succeeds.
    #[must_use]
    pub fn admits(&self) -> bool {
        (self.ask)(1)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").finish_non_exhaustive()
    }
}
