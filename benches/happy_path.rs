//! The time of a successful call, bare and annotated.

use benches::CASES;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn happy_path(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("happy_path");
    for (name, case, _) in CASES {
        group.bench_function(name, |bencher| bencher.iter(|| case(black_box(1))));
    }
    group.finish();
}

criterion_group!(benches, happy_path);
criterion_main!(benches);
