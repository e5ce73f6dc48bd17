//! What is compared with what.

mod breakers;
mod nesting;
mod retries;
mod windows;

use crate::subject::{Inputs, Subject};
use std::error::Error;
pub use windows::{FILLS, Fill};

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Whose it is, and with which policy.
    pub name: &'static str,
    /// Whether two threads can be measured on it.
    pub is_shared: bool,
    make: fn() -> Made,
}

type Made = Result<Subject, Box<dyn Error>>;

const fn case(name: &'static str, make: fn() -> Made) -> Case {
    Case {
        name,
        is_shared: true,
        make,
    }
}

/// For what makes two threads wait for each other for milliseconds at a time.
const fn alone(name: &'static str, make: fn() -> Made) -> Case {
    Case {
        is_shared: false,
        ..case(name, make)
    }
}

/// Rows that are compared with the first of them.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What the calls have in common.
    pub name: &'static str,
    /// Whether the circuit is open while it is measured.
    pub open: bool,
    /// How often the body fails while it is measured.
    pub inputs: Inputs,
    /// The first is the plain call.
    pub cases: &'static [Case],
}

impl Group {
    /// The subject of one of the cases, as it is to be measured: warm, and tripped where rejections are.
    ///
    /// # Errors
    /// The subject does not do what is to be measured.
    pub fn prepare(&self, case: &Case) -> Result<Subject, Box<dyn Error>> {
        const ENOUGH: u64 = 1_024;
        let subject = (case.make)()?;
        let is_open = self.open && case.name != self.cases[0].name;
        subject.drive()(ENOUGH, if is_open { Inputs::DOWN } else { self.inputs });
        if subject.admits() == is_open {
            return Err(format!("{}, {}: is not in the state to be measured", self.name, case.name).into());
        }
        Ok(subject)
    }
}

/// Every group.
pub const GROUPS: &[Group] = &[
    breakers::SUCCESS,
    breakers::SUCCESS_ASYNC,
    breakers::REJECTED,
    breakers::REJECTED_ASYNC,
    breakers::TROUBLE,
    breakers::TROUBLE_ASYNC,
    retries::SUCCESS,
    retries::SUCCESS_ASYNC,
    retries::RECOVERS,
    retries::RECOVERS_ASYNC,
    retries::EXHAUSTED,
    retries::EXHAUSTED_ASYNC,
    nesting::SUCCESS,
];
