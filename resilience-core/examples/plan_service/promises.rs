//! What the framework promises, checked by the ledger of the server wherever the server can know.

use super::{
    client::PLANS,
    narrator::Narrator,
    report::{ROUTES, Row},
    server::{Arrival, Fault, Server, route},
};
use resilience_core::{CircuitState, Statistics};
use std::time::Duration;

/// What is promised, with what was found.
pub(crate) struct Promise {
    pub(crate) kept: bool,
    pub(crate) text: String,
}

/// How many calls the story made, and how many of them did not end as it says.
#[derive(Clone, Copy, Default)]
pub(crate) struct Endings {
    pub(crate) calls: usize,
    pub(crate) surprises: usize,
}

/// Every promise, in the order of the story.
pub(crate) fn promises(narrator: &Narrator, server: &Server, rows: &[Row], endings: Endings) -> Vec<Promise> {
    vec![
        as_told(endings),
        no_fault_left(server),
        one_request_per_attempt(server, rows),
        retries_are_the_rest(server, rows),
        cut_and_asked_again(server),
        patient(server),
        lost_answer_of_an_apply(server),
        fence(server),
        nothing_multiplied(server),
        silence_while_open(narrator, server, rows),
        recovered(server),
    ]
}

/// Without this one the others might hold because nothing happened.
fn as_told(Endings { calls, surprises }: Endings) -> Promise {
    Promise {
        kept: surprises == 0 && calls > 0,
        text: format!("{calls} calls ended as the story says, {surprises} did not"),
    }
}

fn no_fault_left(server: &Server) -> Promise {
    let left = server.faults_left();
    Promise {
        kept: left == 0,
        text: format!("every fault of the script struck, {left} are left"),
    }
}

fn one_request_per_attempt(server: &Server, rows: &[Row]) -> Promise {
    let attempts: u64 = rows.iter().map(|row| row.operation.statistics.attempts).sum();
    let requests = server.requests();
    let unequal = rows
        .iter()
        .find(|row| row.operation.statistics.attempts != row.requests as u64);
    let where_not = unequal.map_or(String::new(), |row| format!(" (not so: {})", row.operation.name));
    Promise {
        kept: unequal.is_none() && requests as u64 == attempts,
        text: format!("an attempt is a request: {attempts} attempts, {requests} requests{where_not}"),
    }
}

fn retries_are_the_rest(server: &Server, rows: &[Row]) -> Promise {
    let all: Statistics = rows.iter().map(|row| row.operation.statistics).sum();
    let requests = server.requests();
    let asked = all.calls - all.rejected;
    Promise {
        kept: requests as u64 == asked + all.retries,
        text: format!(
            "{asked} calls that were let through and {} retries make {requests} requests",
            all.retries
        ),
    }
}

fn cut_and_asked_again(server: &Server) -> Promise {
    let gap = gap_after(Fault::Slow, &server.arrivals(route::VALIDATE));
    Promise {
        kept: gap.is_some_and(|gap| gap < Fault::SLOWNESS),
        text: "the slow answer was not waited for, the request came again".to_owned(),
    }
}

fn patient(server: &Server) -> Promise {
    let gap = gap_after(Fault::Busy, &server.arrivals(route::PLAN)).unwrap_or_default();
    let asked = Fault::PATIENCE;
    Promise {
        kept: gap >= asked,
        text: format!(
            "Retry-After asked for {} ms, the next came after {}",
            asked.as_millis(),
            gap.as_millis()
        ),
    }
}

fn lost_answer_of_an_apply(server: &Server) -> Promise {
    let effects = server.applied(super::LOST);
    Promise {
        kept: effects == 1,
        text: format!("the apply whose answer was lost took effect {}", times(effects)),
    }
}

fn fence(server: &Server) -> Promise {
    let effects = server.applied(super::ROLLED_OUT);
    let runs = server.arrivals(route::HEALTH).len();
    Promise {
        kept: effects == 1 && runs == 1,
        text: format!(
            "the workflow that failed ran {}, the apply in it {}",
            times(runs),
            times(effects)
        ),
    }
}

fn nothing_multiplied(server: &Server) -> Promise {
    let [outside, inside] = [route::STEPS, route::TOOL].map(|route| server.arrivals(route).len());
    Promise {
        kept: inside == outside && outside > 1,
        text: format!("retries do not multiply: {outside} attempts outside, {inside} requests inside"),
    }
}

fn silence_while_open(narrator: &Narrator, server: &Server, rows: &[Row]) -> Promise {
    let periods = narrator.open_periods(PLANS.name());
    let plans = rows.iter().filter(|row| row.service == PLANS.name());
    let rejected: u64 = plans.map(|row| row.operation.statistics.rejected).sum();
    let routes = ROUTES.iter().filter(|(_, route)| *route != route::TOOL);
    let arrivals = routes.flat_map(|(_, route)| server.arrivals(route));
    let during = arrivals
        .filter(|arrival| periods.iter().any(|(from, to)| (*from..*to).contains(&arrival.at)))
        .count();
    Promise {
        kept: during == 0 && periods.len() > 1 && rejected > 0,
        text: format!(
            "the circuit was open {}: {rejected} calls then, {during} requests arrived",
            times(periods.len())
        ),
    }
}

fn recovered(server: &Server) -> Promise {
    let circuit = PLANS.service().state();
    let answered = server
        .arrivals(route::PLAN)
        .last()
        .is_some_and(|arrival| arrival.fault.is_none());
    Promise {
        kept: circuit == CircuitState::Closed && answered,
        text: format!("in the end the circuit is {} and requests arrive", circuit.as_str()),
    }
}

/// From the request that met `fault` to the next one.
fn gap_after(fault: Fault, arrivals: &[Arrival]) -> Option<Duration> {
    let struck = arrivals.iter().position(|arrival| arrival.fault == Some(fault))?;
    Some(arrivals.get(struck + 1)?.at - arrivals[struck].at)
}

fn times(number: usize) -> String {
    if number == 1 {
        "once".to_owned()
    } else {
        format!("{number} times")
    }
}
