//! The ways out of a synchronous body.

use crate::{Down, Error, Runs, service};
use resilience_core::retry_service;

#[retry_service(service = service(), idempotent)]
fn tail(runs: &Runs) -> Result<u32, Error> {
    if runs.start() {
        Err(Error::Down(runs.number()))
    } else {
        Ok(runs.number())
    }
}

#[retry_service(service = service(), idempotent)]
fn question_mark(runs: &Runs) -> Result<u32, Down2> {
    runs.start();
    let value = runs.attempt().map_err(|Down(run)| Down2(run))?;
    Ok(value)
}

#[retry_service(service = service(), idempotent)]
fn question_mark_with_conversion(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let value = runs.attempt()?;
    Ok(value)
}

#[retry_service(service = service(), idempotent)]
fn question_mark_at_the_end_of_a_chain(runs: &Runs) -> Result<u32, Error> {
    Ok(if runs.start() { "three" } else { "3" }.trim().parse::<u32>()?)
}

#[retry_service(service = service(), idempotent)]
fn early_return(runs: &Runs) -> Result<u32, Error> {
    if runs.start() {
        return Err(Error::Down(runs.number()));
    }
    return Ok(runs.number());
}

#[retry_service(service = service(), idempotent)]
fn return_in_a_loop(runs: &Runs) -> Result<u32, Error> {
    let failing = runs.start();
    for round in 0..10 {
        loop {
            if failing && round == 3 {
                return Err(Error::Down(runs.number()));
            }
            if round == 5 {
                return Ok(runs.number());
            }
            break;
        }
    }
    unreachable!("one of the rounds returns")
}

#[retry_service(service = service(), idempotent)]
fn inside_format(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let text = format!("{}{}", "", runs.attempt()?);
    Ok(text.parse()?)
}

#[retry_service(service = service(), idempotent)]
fn inside_vec_and_assert(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    assert_eq!(vec![runs.attempt()?, 1], [3, 1]);
    Ok(runs.number())
}

#[retry_service(service = service(), idempotent)]
fn out_of_a_closure(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let inner = || -> Result<u32, Down> {
        let value = runs.attempt()?;
        Ok(value)
    };
    Ok(inner()?)
}

#[retry_service(service = service(), idempotent)]
fn a_failure_that_a_closure_keeps_to_itself_is_none(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let inner = || -> Result<u32, Error> { Ok(runs.attempt()?) };
    Ok(inner().unwrap_or(3))
}

#[retry_service(service = service(), idempotent)]
fn labelled_break(runs: &Runs) -> Result<u32, Error> {
    let failing = runs.start();
    let outcome = 'search: loop {
        loop {
            if failing {
                break 'search Err(Error::Down(runs.number()));
            }
            break 'search Ok(runs.number());
        }
    };
    outcome
}

#[retry_service(service = service(), idempotent)]
fn labelled_block(runs: &Runs) -> Result<u32, Error> {
    'done: {
        if runs.start() {
            break 'done Err(Error::Down(runs.number()));
        }
        Ok(runs.number())
    }
}

#[retry_service(service = service(), idempotent)]
fn match_arms(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    match runs.attempt() {
        Err(Down(1)) => return Err(Error::Down(1)),
        Err(down) => Err(down)?,
        Ok(value) => Ok(value),
    }
}

#[retry_service(service = service(), idempotent)]
fn let_else(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let Ok(value) = runs.attempt() else {
        return Err(Error::Down(runs.number()));
    };
    let Some(value) = Some(value) else {
        Err(Error::Unreadable)?
    };
    Ok(value)
}

macro_rules! bail {
    ($error:expr) => {
        return Err($error)
    };
}

#[retry_service(service = service(), idempotent)]
fn return_inside_a_macro(runs: &Runs) -> Result<u32, Error> {
    if runs.start() {
        bail!(Error::Down(runs.number()));
    }
    Ok(runs.number())
}

#[retry_service(service = service(), idempotent)]
fn collected(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    (0..3)
        .map(|_| runs.attempt().map_err(Error::from))
        .sum::<Result<u32, Error>>()
        .map(|sum| sum / 3)
}

/// Without a conversion from anything else.
#[derive(Debug, PartialEq)]
struct Down2(u32);

impl From<resilience_core::Interruption> for Down2 {
    fn from(_: resilience_core::Interruption) -> Self {
        Self(0)
    }
}

impl resilience_core::Classify for Down2 {
    fn classify(&self) -> resilience_core::FailureKind {
        resilience_core::FailureKind::Transient
    }
}

type Body = fn(&Runs) -> Result<u32, Error>;

#[test]
fn every_way_out_of_a_synchronous_body_is_retried() {
    let table: [(&str, Body); 15] = [
        ("tail", tail),
        ("`?`", |runs| question_mark(runs).map_err(|_| Error::Unreadable)),
        ("`?` with conversion", question_mark_with_conversion),
        ("`?` at the end of a chain", question_mark_at_the_end_of_a_chain),
        ("return", early_return),
        ("return in a loop", return_in_a_loop),
        ("`?` in format!", inside_format),
        ("`?` in vec!", inside_vec_and_assert),
        ("`?` on a closure", out_of_a_closure),
        ("labelled break", labelled_break),
        ("labelled block", labelled_block),
        ("match arms", match_arms),
        ("let-else", let_else),
        ("return in a macro", return_inside_a_macro),
        ("sum", collected),
    ];
    for (what, body) in table {
        let runs = Runs::default();
        assert_eq!(body(&runs), Ok(3), "{what}");
        assert_eq!(runs.number(), 3, "{what}");
    }
}

#[test]
fn a_failure_that_the_body_handles_is_no_way_out() {
    let runs = Runs::default();
    assert_eq!(a_failure_that_a_closure_keeps_to_itself_is_none(&runs), Ok(3));
    assert_eq!(runs.number(), 1);
}
