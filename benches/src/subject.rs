//! Something that calls go through: a breaker, an annotated function, or nothing at all.

use crate::body::FAILING;
use std::{fmt, hint::black_box};

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The body ran and succeeded.
    Succeeded,
    /// The body ran and failed.
    Failed,
    /// The body did not run.
    Rejected,
}

/// What a call returns, as its crate has it: nobody pays for a conversion.
pub trait Answer {
    /// What became of the call.
    fn fate(&self) -> Fate;
}

/// None where it had to wait: nothing that is measured has a reason to.
impl<A: Answer> Answer for Option<A> {
    fn fate(&self) -> Fate {
        self.as_ref().map_or(Fate::Rejected, Answer::fate)
    }
}

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
    ask: Box<dyn Fn(u64) -> Fate>,
}

impl Subject {
    /// `caller` makes what one thread calls.
    pub fn new<C, A>(caller: impl Fn() -> C + Sync + Clone + 'static) -> Self
    where
        C: FnMut(u64) -> A + Send + 'static,
        A: Answer,
    {
        let asked = caller.clone();
        Self {
            drive: Box::new(move || {
                let mut call = caller();
                Box::new(move |calls, inputs| {
                    for number in 0..calls {
                        black_box(&step(&mut call, inputs.at(number)));
                    }
                })
            }),
            ask: Box::new(move |input| asked()(input).fate()),
        }
    }

    /// What one thread drives its calls with.
    #[must_use]
    pub fn drive(&self) -> Drive {
        (self.drive)()
    }

    /// What becomes of one call with these inputs.
    #[must_use]
    pub fn ask(&self, inputs: Inputs) -> Fate {
        (self.ask)(inputs.at(0))
    }
}

/// One call: a function of its own, as it would be in a program.
#[inline(never)]
fn step<A>(call: &mut impl FnMut(u64) -> A, input: u64) -> A {
    call(input)
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").finish_non_exhaustive()
    }
}
