//! The time of a successful call, plain, ours and others'.

use benches::cases::{SUCCESS, SUCCESS_ASYNC};
use criterion::{Criterion, criterion_group, criterion_main};
use std::time::Instant;

fn happy_path(criterion: &mut Criterion) {
    for cases in [SUCCESS, SUCCESS_ASYNC] {
        let mut group = criterion.benchmark_group(cases.name);
        for case in cases.cases {
            let Ok(subject) = cases.prepare(case) else { continue };
            let mut drive = subject.drive();
            group.bench_function(case.name, |bencher| {
                bencher.iter_custom(|calls| {
                    let began = Instant::now();
                    drive(calls, cases.inputs);
                    began.elapsed()
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, happy_path);
criterion_main!(benches);
