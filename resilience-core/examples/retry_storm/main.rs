//! What retries do to a service that is short of capacity for a while: `cargo run --example retry_storm [plot.svg]`.
//!
//! A simulation on virtual time with real calls: every node has a registry of its own, and the framework drives its calls.
//! The table says what each policy comes to at one, two and three hops; the plot shows the load on the service, second by
//! second, at three hops.
//!
//! The simulation is that of the tests, where the same runs are asserted on.

mod plot;
#[allow(dead_code, unused_imports, reason = "the tests play more than this story")]
#[path = "../../../tests/storm/simulation/mod.rs"]
mod simulation;

use simulation::{Policy, Run, Scenario, play_all, table};
use std::{env, error::Error, fs, path::PathBuf};

const STORY: &str = "\
Clients ask 140 times a second for what 10 workers can do 200 times. From second
10 to second 40 half the workers are away: 100 a second. The queue is two
seconds long, and nobody waits longer than half a second for an answer.

Every hop between the clients and the service may retry twice. Amplification is
what reaches the service for each request of a client while the workers are
away; recovery is how long it takes after they are back until 98 of 100 requests
are answered again.
";

const MORAL: &str = "\
Retries alone keep the service down long after all workers are back: it works
off what nobody waits for any more. That only one hop retries makes the storm
smaller and ends nothing. The budget ends it. The breaker, which the default
policy has beside it, spares the service the work that would be in vain.
";

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/retry_storm.svg"), PathBuf::from);
    println!("{STORY}");

    let policies = [
        Policy::no_retry,
        Policy::retries_alone,
        Policy::with_guard,
        Policy::with_budget,
        Policy::default,
    ];
    let plays: Vec<_> = policies
        .iter()
        .flat_map(|policy| (1..=3).map(|depth| (Scenario::outage(depth), policy())))
        .collect();
    let runs = play_all(&plays);
    println!("{}", table(&runs));
    println!("{MORAL}");

    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let deepest: Vec<&Run> = runs.iter().filter(|run| run.depth == 3).collect();
    plot::draw(&path, &deepest, Scenario::outage(3).outage)?;
    println!("The load, second by second: {}", path.display());
    Ok(())
}
