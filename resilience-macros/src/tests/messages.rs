//! Every message. What is wrong stands here; what is underlined and said about it, in `snapshots/messages/`.

use std::path::Path;

use expect_test::expect_file;

use super::compiler;
use crate::diagnostics::tests::compared;

/// Mistakes in the options of an attribute that is right otherwise.
fn options(group: &str, options: &[&str]) {
    let function = |options: &&str| {
        format!("#[retry_service(name = \"plans\", idempotent, {options})] async fn fetch(id: u32) -> R {{ get(id) }}")
    };
    record(
        group,
        options.iter().map(|options| ((*options).to_owned(), function(options))),
    );
}

fn functions(group: &str, functions: &[&str]) {
    record(
        group,
        functions
            .iter()
            .map(|source| ((*source).to_owned(), (*source).to_owned())),
    );
}

fn record(group: &str, cases: impl Iterator<Item = (String, String)>) {
    let mut record = String::new();
    for (title, source) in cases {
        let expanded = compiler::expand(&source, &[]);
        let errors = compiler::errors(&source, &expanded);
        assert!(!errors.is_empty(), "nothing is wrong with {source}");
        let (item, _) = compiler::split(expanded);
        assert!(item.to_string().contains("fn "), "the function is gone: {source}");
        record.extend([&title, "\n"]);
        for (underlined, message) in errors {
            record.extend(["    ", &underlined, "\n        ", &message, "\n"]);
        }
        record += "\n";
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/snapshots/messages");
    expect_file![file.join(group).with_extension("txt")].assert_eq(&record);
}

#[test]
fn all_mistakes_of_an_attribute_are_reported_together() {
    functions(
        "together",
        &[
            r#"#[retry_service(nmae = "PlanService", idempotent, retry(max_attempts = 0, jitter = "full"), attempt_timeout = "soon", clone(tag))] fn fetchPlan(mut tags: Vec<String>) -> R { get(tags) }"#,
            r#"#[retry_service(nmae = "plans", idempotant, retry(max_attempts = 3), clone(id))] async fn fetch(id: u32) -> R {}"#,
            r#"#[retry_service(name = "plans", idempotent, retry(max_atempts = 3))] #[apply] async fn commit() -> R {}"#,
        ],
    );
}

#[test]
fn names() {
    functions(
        "names",
        &[
            "#[retry_service] fn fetch() {}",
            "#[retry_service()] fn fetch() {}",
            "#[retry_service(\"plans\")] fn fetch() {}",
            "#[retry_service(\"plans\", idempotent)] fn fetch() {}",
            "#[retry_service(idempotent, \"plans\")] fn fetch() {}",
            "#[retry_service(name = \"\")] fn fetch() {}",
            "#[retry_service(name = \"Plan-Service\")] fn fetch() {}",
            "#[retry_service(name = \"plan__service\")] fn fetch() {}",
            "#[retry_service(name = \"1\")] fn fetch() {}",
            "#[retry_service(name = PLANS)] fn fetch() {}",
            "#[retry_service(name)] fn fetch() {}",
            "#[retry_service(name(\"plans\"))] fn fetch() {}",
            "#[retry_service(name = )] fn fetch() {}",
            "#[retry_service(name = \"plans\", service = PLANS)] fn fetch() {}",
            "#[retry_service(service = PLANS, registry = HERE)] fn fetch() {}",
            "#[retry_service(name = crate::PLANS)] fn fetch() {}",
            "#[retry_service(name = \"plans\")] fn größe() {}",
            "#[retry_service(name = \"plans\")] fn план() {}",
            "#[retry_service(name = \"plans\")] fn _0() {}",
            "#[retry_service(name = \"plans\")] fn __() {}",
            "#[retry_service(name = \"plans\", operation = \"fetchPlan\")] fn fetch() {}",
        ],
    );
}

/// Neither what is said nor what is looked up for it grows with the options.
#[test]
fn mistakes_without_end_are_bounded() {
    let options = |count: usize| {
        (0..count)
            .map(|at| format!("opt{at:04} = 3, "))
            .collect::<Vec<_>>()
            .concat()
    };
    let source = |count| {
        format!(
            "#[retry_service(name = \"plans\", {})] fn fetch() -> R {{}}",
            options(count)
        )
    };
    let expanded = |count| compiler::expand(&source(count), &[]);

    let few = compared(|| drop(expanded(100)));
    let many = compared(|| drop(expanded(5_000)));
    let errors = compiler::errors(&source(5_000), &expanded(5_000));

    assert!(
        many <= 5 * few + few / 2,
        "{few} comparisons for 1,000, {many} for 5,000"
    );
    assert_eq!(errors.len(), 51);
    let (_, last) = &errors[50];
    assert_eq!(last, "and 4950 more mistakes like these");
}

#[test]
fn names_that_operations_share() {
    functions(
        "shared_names",
        &[
            "#[retry_service(name = \"plans\")] impl Plans { #[plain] fn fetchPlan(&self) -> R {} #[plain] fn fetch_plan(&self) -> R {} }",
            "#[retry_service(name = \"plans\")] impl Plans { #[plain] fn _get(&self) -> R {} fn get(&self) -> R {} #[plain(operation = \"get\")] fn find(&self) -> R {} }",
            "#[retry_service(name = \"plans\")] trait Plans { #[plain] fn get(&self) -> R; #[apply(operation = \"get\")] fn put(&self) -> R; }",
        ],
    );
}

/// what a function is called is what its operation is called, in the letters that a name may have.
#[test]
fn an_operation_is_called_as_its_function_is() {
    for (function, operation) in [
        ("fetch_plan", "fetch_plan"),
        ("_private", "private"),
        ("get__v2_", "get_v2"),
        ("fetchPlan", "fetch_plan"),
        ("getHTTPVersion2", "get_http_version2"),
        ("r#match", "match"),
    ] {
        let expanded = compiler::expand(
            &format!("#[retry_service(name = \"plans\")] fn {function}() -> R {{}}"),
            &[],
        );
        let given = format!("Operation :: plain (\"plans\" , \"{operation}\")");
        assert!(expanded.to_string().contains(&given), "{function}: {expanded}");
    }
}

#[test]
fn interrupted() {
    options(
        "interrupted",
        &[
            "interrupted",
            "interrupted = |i| E::from(i)",
            "interrupted = \"E::from\"",
            "interrupted = E::from, interrupted = E::from",
            "interrupted = E::from, fallback = from_cache",
            "retry(interrupted = E::from)",
        ],
    );
    functions(
        "interrupted_elsewhere",
        &[
            "#[retry_service(name = \"plans\", interrupted = f, fallback = g)] impl Plans { #[plain] fn fetch(&self) -> R {} }",
            "#[retry_service(name = \"plans\", fallback = g)] impl Plans { #[plain(interrupted = f)] fn fetch(&self) -> R {} }",
            "#[apply(interrupted = 3)] fn commit() -> R {}",
            "#[apply(classify)] fn commit() -> R {}",
            "#[apply(interrupted = f, interrupted = g)] fn commit() -> R {}",
            "#[apply(interrupted = f)] #[retry_service(name = \"plans\")] fn commit() -> R {}",
            "#[retry_service(name = \"plans\")] #[apply(classify = f)] fn commit() -> R {}",
        ],
    );
}

#[test]
fn unknown_and_repeated_options() {
    options(
        "options",
        &[
            "idempotant",
            "operaton = \"x\"",
            "cache = true",
            "idempotent",
            "operation = \"a\", operation = \"b\"",
            "retry(max_depth = 1), retry(max_depth = 2)",
            "breaker(failure_threshold = 3)",
            "budget(capacity = 10)",
            "retries = 3",
            "attempts = 3",
            "timeout = \"2s\"",
            "backoff = exponential",
            "max_attempts = 4",
            "delay = \"1s\"",
            "when = |e| true",
            "apply",
            "plain",
        ],
    );
}

#[test]
fn breaker_and_budget() {
    let block = |options: &&str| {
        format!(
            "#[retry_service(name = \"plans\", {options})] impl Plans {{ #[plain] fn fetch(&self) -> R {{ get() }} }}"
        )
    };
    let cases = [
        "breaker",
        "breaker(failure_threshold)",
        "breaker(failure_treshold = 3)",
        "breaker(wobble = 3)",
        "breaker(retry = 3)",
        "breaker(= 3)",
        "breaker(failure_threshold = 3, failure_threshold = 4)",
        "breaker(enabled = 1)",
        "breaker(permanent = yes)",
        "breaker(per = atempt)",
        "breaker(per = \"call\")",
        "breaker(failure_count = 5)",
        "breaker(failure_threshold = 200, failure_count = cumulative)",
        "breaker(failure_threshold = 11, failure_count = cumulative, window = 10)",
        "breaker(failure_threshold = 0)",
        "breaker(failure_threshold = 0, failure_rate = 0)",
        "breaker(failure_threshold = 0, failure_rate = many)",
        "breaker(failure_threshold = 1_000_001)",
        "breaker(failure_rate = 50)",
        "breaker(slow_call_rate = -0.1)",
        "breaker(slow_call_duration = \"1us\")",
        "breaker(slow_call_duration = 2)",
        "breaker(window = 0)",
        "breaker(window = 1_000_001)",
        "breaker(window = 1.5)",
        "breaker(window = \"99ms\")",
        "breaker(window = \"2d\")",
        "breaker(window = -1)",
        "breaker(window = calls)",
        "breaker(minimum_calls = 0)",
        "breaker(on_abandon = \"ignore\")",
        "breaker(on_abandon = \"0s\")",
        "breaker(on_abandon = 10)",
        "breaker(on_abandon = fail)",
        "breaker(recovery_factor = 0.5)",
        "breaker(recovery_timeout = \"2m\", max_recovery_timeout = \"1m\")",
        "breaker(max_recovery_timeout = \"4s\")",
        "breaker(failure_span = 500)",
        "breaker(failure_count = cumulative, failure_span = \"1s\")",
        "breaker(recovery_jitter = 1.5)",
        "breaker(ramp = fast)",
        "breaker(half_open_max_calls = 65)",
        "breaker(success_threshold = 256)",
        "budget(capacity = 0)",
        "budget(deposit = 11)",
        "budget(deposit = 0.0004, throttled_cost = 0.0009, min_per_second = 0.001)",
        "budget(tokens = 11)",
        "failure_rate = 0.5",
        "capacity = 50",
    ];
    record(
        "breaker_and_budget",
        cases.iter().map(|options| ((*options).to_owned(), block(options))),
    );
}

#[test]
fn grammar() {
    options(
        "grammar",
        &[
            "= 3",
            "operation = \"a\" registry = HERE",
            "operation = \"a\"; registry = HERE",
            "registry = +",
            "retry",
            "retry = 3",
            "idempotent = true, operation = 1",
        ],
    );
    functions(
        "grammar_of_a_word",
        &["#[retry_service(name = \"plans\", idempotent = true)] fn fetch() {}"],
    );
}

#[test]
fn retry() {
    options(
        "retry",
        &[
            "retry(max_atempts = 4)",
            "retry(wobble = 4)",
            "retry(attempts = 4)",
            "retry(retries = 4)",
            "retry(delay = \"1s\")",
            "retry(max_interval = \"1s\")",
            "retry(multiplier = 2)",
            "retry(strategy = fixed)",
            "retry(timeout = \"1s\")",
            "retry(when = f)",
            "retry(attempt_timeout = \"1s\")",
            "retry(factor = 2, factor = 3)",
            "retry(max_attempts = 0)",
            "retry(max_attempts = -1)",
            "retry(max_attempts = \"4\")",
            "retry(max_attempts = MANY)",
            "retry(max_attempts = 1000001)",
            "retry(max_retries = 1_000_000)",
            "retry(max_attempts = 99999999999)",
            "retry(max_attempts = 4, max_retries = 3)",
            "retry(max_depth = 0)",
            "retry(max_depth = 256)",
            "retry(backoff = exponentail)",
            "retry(backoff = random)",
            "retry(backoff = \"fixed\")",
            "retry(jitter = ful)",
            "retry(jitter = 0.5)",
            "retry(jitter = proportional)",
            "retry(jitter = proportional(1.5))",
            "retry(jitter = proportional(-0.5))",
            "retry(jitter = proportional(some))",
            "retry(jitter = proportional())",
            "retry(factor = 0.5)",
            "retry(factor = -2)",
            "retry(factor = 1e999)",
            "retry(factor = f64::NAN)",
        ],
    );
}

#[test]
fn durations() {
    options(
        "durations",
        &[
            "retry(base_delay = 100)",
            "retry(base_delay = \"\")",
            "retry(base_delay = \"100\")",
            "retry(base_delay = \"10 parsecs\")",
            "retry(base_delay = \"-1s\")",
            "retry(base_delay = \"1s, 2s\")",
            "retry(base_delay = \"soon\")",
            "retry(base_delay = \"99999999999999999999s\")",
            "retry(max_delay = \"25h\")",
            "retry(base_delay = \"2s\", max_delay = \"1s\")",
            "retry(min_delay = \"2s\", max_delay = \"1s\")",
            "retry(base_delay = \"1m\")",
            "retry(min_delay = \"11s\")",
            "retry(base_delay = \"1m\", max_delay = \"much\")",
            "retry(backoff = linear, factor = 3.0)",
            "retry(base_delay = \"2s\", jitter = none, total_timeout = \"2s\")",
            "retry(min_delay = \"2s\", total_timeout = \"1s\")",
            "retry(total_timeout = \"0s\")",
            "attempt_timeout = \"0s\"",
            "attempt_timeout = \"10us\"",
            "attempt_timeout",
        ],
    );
}

#[test]
fn parameters() {
    options(
        "clone",
        &["clone()", "clone(&id)", "clone(di)", "clone(id, id)", "clone(body)"],
    );
    functions(
        "clone_in_a_block",
        &[
            "#[retry_service(name = \"plans\", clone(di, id))] impl Plans { #[idempotent] fn fetch(&self, id: Id, body: B) -> R {} fn other(di: u8) {} }",
            "#[retry_service(name = \"plans\", clone(tag))] trait Plans { #[plain] fn fetch(&self) -> R; }",
            "#[retry_service(name = \"plans\", clone)] trait Plans { #[plain] fn fetch(&self) -> R; }",
        ],
    );
    functions(
        "parameters",
        &[
            "#[retry_service(name = \"plans\", idempotent, clone(a))] fn fetch(&self) -> R {}",
            "#[retry_service(name = \"plans\", idempotent, clone(self))] fn fetch(self) -> R {}",
            "#[retry_service(name = \"plans\", idempotent)] fn fetch(mut self, mut a: u8, (mut b, _): (u8, u8), ref mut c: u8, mut d: &mut u8) -> R {}",
            "#[retry_service(name = \"plans\", idempotent)] fn fetch(mut self: Arc<Self>) -> R {}",
            "#[retry_service(name = \"plans\", clone(a), retry(max_attempts = 2))] fn fetch(a: u8) -> R {}",
            // What `#[async_trait]` makes of `mut self, mut tags: Tags`.
            "#[retry_service(name = \"plans\", idempotent)] fn fetch<'a>(self, tags: Tags) -> Pin<Box<dyn Future<Output = R> + Send + 'a>> \
             { Box::pin(async move { let mut __self = self; let mut tags = tags; let __ret: R = { go(tags) }; __ret }) }",
        ],
    );
}

#[test]
fn crate_paths() {
    options(
        "crate_paths",
        &[
            "crate = resilience_core",
            "crate = facade::resilience",
            "crate = self::facade",
            "crate = \"::facade\"",
            "crate = ::facade::<u8>",
            "crate = 3",
        ],
    );
}

#[test]
fn places() {
    functions(
        "places",
        &[
            "#[retry_service(name = \"plans\")] impl Client { fn fetch() {} }",
            "#[retry_service(name = \"plans\")] pub trait Client { fn fetch(&self); }",
            "#[retry_service(name = \"plans\")] pub unsafe auto trait Client { fn fetch(&self); }",
            "#[retry_service(name = \"plans\")] mod client { fn fetch() {} }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> R;",
            "#[retry_service(name = \"plans\")] const fn fetch() -> R { 1 }",
            "#[retry_service(name = \"plans\")] fn fetch(: u8) -> R {}",
            "#[retry_service(name = \"plans\", attempt_timeout = \"2s\")] fn fetch() -> R {}",
            "#[apply] impl Client { fn commit() {} }",
            "#[apply] fn commit(&self) -> R;",
            "#[apply] const fn commit() -> R { 1 }",
            "#[retry_service(name = \"plans\")] async fn serve() -> ! { loop {} }",
            "#[retry_service(name = \"plans\", idempotent)] fn serve() -> ! { loop {} }",
            "#[retry_service(name = \"plans\")] fn serve() -> impl Future<Output = !> { async { loop {} } }",
            "#[apply] fn serve() -> ! { loop {} }",
        ],
    );
}

#[test]
fn fallbacks() {
    options(
        "fallback",
        &[
            "fallback",
            "fallback = ",
            "fallback(from_cache)",
            "fallback = 0",
            "fallback = || 0",
            "fallback = |a, b| 0",
            "fallback = async || 0",
            "fallback = |failure|",
            "or_else = from_cache",
            "retry(fallback = from_cache)",
        ],
    );
    functions(
        "fallback_of_a_blocking_function",
        &["#[retry_service(name = \"plans\", fallback = async |_| 0)] fn fetch() -> R {}"],
    );
    functions(
        "fallback_in_a_block",
        &[
            "#[retry_service(name = \"plans\", fallback = async |_| 0)] impl Plans { #[plain] fn fetch(&self) -> R {} #[plain] async fn find(&self) -> R {} }",
            "#[retry_service(name = \"plans\")] impl Plans { #[idempotent(fallback)] fn fetch(&self) -> R {} }",
            "#[retry_service(name = \"plans\")] trait Plans { #[plain(fallback = || 0)] fn fetch(&self) -> R; }",
            "#[retry_service(name = \"plans\")] impl Plans for P { #[apply(fallback = 3)] fn fetch(&self) -> R {} }",
        ],
    );
}

#[test]
fn futures_that_cannot_be_entered() {
    functions(
        "futures",
        &[
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> impl Future<Output = R> { self.inner.fetch() }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> Pin<Box<dyn Future<Output = R>>> { Box::pin(self.fetch()) }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> Pin<Box<dyn Future<Output = R>>> { async move {}.boxed() }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> Pin<Box<dyn Future<Output = R>>> { Rc::pin(async move {}) }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> Pin<Box<dyn Future<Output = R>>> { Box::pin(async move {}) as _ }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> impl Future<Output = R> { let f = async {}; f }",
            "#[retry_service(name = \"plans\")] fn fetch(&self) -> impl Future<Output = R> { once(|| async {}); || async {} }",
            "#[apply] fn commit(&self) -> impl Future<Output = R> { self.commit() }",
        ],
    );
}

#[test]
fn siblings() {
    functions(
        "siblings",
        &[
            "#[retry_service(name = \"plans\", idempotent)] #[apply] fn commit() -> R {}",
            "#[apply] #[retry_service(name = \"plans\", idempotent)] fn commit() -> R {}",
            "#[apply] #[apply] fn commit() -> R {}",
            "#[retry_service(name = \"a\")] #[retry_service(name = \"b\", idempotent)] fn commit() -> R {}",
            "#[apply(name = \"plans\")] fn commit() -> R {}",
            "#[apply(twice)] fn commit() -> R {}",
            "#[apply(crate = facade)] fn commit() -> R {}",
            "#[apply(\"plans\")] fn commit() -> R {}",
        ],
    );
}
