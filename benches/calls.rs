//! The time of a call, plain, ours and others', by criterion: `cargo bench -p benches`, with a part of a name to pick some.
//! With `-- report`, the page instead.

use benches::{
    cases::GROUPS,
    measure::{heap, instructions},
    report::{Extent, run},
};
use criterion::Criterion;
use std::{env, error::Error, time::Instant};

#[global_allocator]
static ALLOCATOR: heap::Counting = heap::Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if instructions::run_as_child()? {
        return Ok(());
    }
    if env::args().nth(1).as_deref() == Some("report") {
        return run(Extent::Whole);
    }
    let mut criterion = Criterion::default().configure_from_args();
    for group in GROUPS {
        let mut benchmarks = criterion.benchmark_group(group.name);
        for case in group.cases {
            let mut drive = group.prepare(case)?.drive();
            benchmarks.bench_function(case.name, |bencher| {
                bencher.iter_custom(|calls| {
                    let began = Instant::now();
                    drive(calls, group.inputs);
                    began.elapsed()
                });
            });
        }
        benchmarks.finish();
    }
    criterion.final_summary();
    Ok(())
}
