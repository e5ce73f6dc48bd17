//! What a call costs, beside other crates: one command, one page.
//!
//! `cargo run --release -p benches --bin report` measures everything and writes `docs/performance.md`; with `-- --brief`, less, and
//! writes nothing; with `-- --compiling`, compile time only.

use benches::{
    measure::{heap, instructions},
    report::{Extent, compiling, run},
};
use std::{env, error::Error};

#[global_allocator]
static ALLOCATOR: heap::Counting = heap::Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if instructions::run_as_child()? {
        return Ok(());
    }
    match env::args().nth(1).as_deref() {
        None => run(Extent::Whole),
        Some("--brief") => run(Extent::Brief),
        Some("--compiling") => compiling(),
        Some(other) => Err(format!("`{other}` is not known here: `--brief`, `--compiling`, or nothing").into()),
    }
}
