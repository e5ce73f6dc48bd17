//! Policies in words.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::expect;
use resilience_core::{
    Backoff, BreakerPer, BreakerPolicy, BudgetPolicy, FailureCount, Jitter, OnAbandon, RetryPolicy, ServiceOptions,
    Window, policy::presets,
};
use resilience_tests::{World, fine, ms, secs};

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn the_defaults_and_the_presets_say_their_numbers() {
    let text = |layer: ServiceOptions| layer.describe().unwrap();

    expect![[r#"
        fallback         the one that the code names, if it names one
        deadline         5 min for the call: no sleep ends and no attempt starts after it
        retry            3 attempts: at once, after 0–100 ms, after 0–200 ms;
                         gives up after 5 min;
                         waits longer if the service asks for up to 1 min, and ends if it asks for more;
                         1 attempt inside a call that may retry itself
        budget           retries add at most 10 % to the calls that succeed, and 1 a second;
                         up to 100 retries saved up for a bad moment
        breaker          opens after 8 failures in a row that last 500 ms or longer;
                         by chance practically never opens at 1,000 calls/s with 10 % failing;
                         asks again after 5 s, 2 times longer each time in a row, up to 1 min, plus up to 10 % by chance, with up to 2 probes at a time;
                         closes after 2 successes, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  none
        body             the code of the operation
    "#]]
    .assert_eq(&text(ServiceOptions::new()));
    expect![[r#"
        fallback         the one that the code names, if it names one
        deadline         10 s for the call: no sleep ends and no attempt starts after it
        retry            2 attempts: at once, after 0.5–1 s;
                         gives up after 10 s;
                         waits longer if the service asks for up to 1 min, and ends if it asks for more;
                         1 attempt inside a call that may retry itself
        budget           retries add at most 5 % to the calls that succeed, and 1 a second;
                         up to 50 retries saved up for a bad moment;
                         a retry after throttling costs 0.5 of one
        breaker          opens when 50 % of the last 100 calls have failed, judged from 50 calls on;
                         asks again after 5 s, plus up to 10 % by chance, with up to 5 probes at a time;
                         closes after 5 successes, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  none
        body             the code of the operation
    "#]]
    .assert_eq(&text(ServiceOptions::high_traffic()));
    expect![[r#"
        fallback         the one that the code names, if it names one
        deadline         2 min for the call: no sleep ends and no attempt starts after it
        retry            5 attempts: at once, after 2–4 s, after 4–8 s, after 8–16 s, after 15–30 s;
                         gives up after 2 min;
                         waits longer if the service asks for up to 1 min, and ends if it asks for more;
                         1 attempt inside a call that may retry itself
        budget           retries add at most 20 % to the calls that succeed, and 1 a second;
                         up to 100 retries saved up for a bad moment;
                         a retry after throttling costs 0.5 of one
        breaker          opens after 5 failures in a row that last 500 ms or longer;
                         by chance practically never opens at 1,000 calls/s with 10 % failing;
                         asks again after 10 s, plus up to 10 % by chance, with up to 2 probes at a time;
                         closes after 2 successes, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  1.5 s, then the attempt is cancelled;
                         it may have had its effect
        body             the code of the operation
    "#]]
    .assert_eq(&text(ServiceOptions::critical().attempt_timeout(ms(1_500))));
    expect![[r#"
        fallback         the one that the code names, if it names one
        deadline         15 min for the call: no sleep ends and no attempt starts after it
        retry            10 attempts: at once, after 5–10 s, after 10–20 s, after 20–40 s, 6 more, each after 30 s to 1 min;
                         gives up after 15 min;
                         waits longer if the service asks for up to 5 min, and ends if it asks for more;
                         1 attempt inside a call that may retry itself
        budget           retries add at most 10 % to the calls that succeed, and 0.2 a second;
                         up to 20 retries saved up for a bad moment;
                         a retry after throttling costs 0.5 of one
        breaker          opens after 5 failures in a row that last 500 ms or longer;
                         by chance practically never opens at 1,000 calls/s with 10 % failing;
                         asks again after 1 min, plus up to 10 % by chance, with up to 2 probes at a time;
                         closes after 2 successes, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  none
        body             the code of the operation
        note             retry.max_attempts: one call makes up to 10 attempts, and 5 failures open the circuit: raise `breaker.failure_threshold`, or set `breaker.per` to call
    "#]].assert_eq(&text(ServiceOptions::background()));
    expect![[r#"
        fallback         the one that the code names, if it names one
        deadline         5 min for the call: no sleep ends and no attempt starts after it
        retry            4 attempts: at once, after 0.8–1.2 s, after 1.6–2.4 s, after 3.2–4.8 s;
                         gives up after 5 min;
                         waits longer if the service asks for up to 1 min, and ends if it asks for more;
                         1 attempt inside a call that may retry itself
        budget           retries add at most 10 % to the calls that succeed, and 1 a second;
                         up to 100 retries saved up for a bad moment
        breaker          opens after 5 failures in a row;
                         by chance opens about every 111 s at 1,000 calls/s with 10 % failing;
                         asks again after 30 s, with up to 1 probe at a time;
                         closes after 1 success, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  none
        body             the code of the operation
    "#]]
    .assert_eq(&text(presets::khive()));
}

#[test]
fn retries_say_their_actual_delays() {
    let text = |layer: resilience_core::RetryOptions| layer.build().unwrap().describe().replace("; ", ";\n");
    let fixed = RetryPolicy::builder().backoff(Backoff::Fixed).jitter(Jitter::None);

    expect!["1 attempt: no retries"].assert_eq(&text(RetryPolicy::builder().max_attempts(1)));
    expect![[r#"
        2 attempts: at once, again at once;
        gives up after 5 min;
        waits longer if the service asks for up to 1 min, and ends if it asks for more;
        1 attempt inside a call that may retry itself"#]]
    .assert_eq(&text(RetryPolicy::builder().max_attempts(2).backoff(Backoff::None)));
    expect![[r#"
        1000000 attempts: at once, 999999 more, each after 100 ms;
        gives up after 5 min;
        waits longer if the service asks for up to 1 min, and ends if it asks for more;
        1 attempt inside 3 calls or more that may retry themselves"#]]
    .assert_eq(&text(fixed.max_attempts(1_000_000).max_depth(3)));
    expect![[r#"
        4 attempts: at once, after 100–300 ms, after 100–900 ms, after 0.1–2.7 s;
        gives up after 2.5 s;
        waits longer if the service asks for up to 1 min, and ends if it asks for more;
        1 attempt inside a call that may retry itself"#]]
    .assert_eq(&text(
        RetryPolicy::builder()
            .max_attempts(4)
            .jitter(Jitter::Decorrelated)
            .total_timeout(ms(2_500)),
    ));
    expect![[r#"
        12 attempts: at once, after 100 ms, after 100 ms, after 200 ms, after 300 ms, after 500 ms, 6 more, the last after 8.9 s;
        gives up after 5 min;
        ends if the service asks for a wait;
        1 attempt inside a call that may retry itself"#]].assert_eq(&text(
        fixed
            .backoff(Backoff::Fibonacci)
            .max_attempts(12)
            .max_delay(secs(60))
            .max_retry_after(secs(0)),
    ));
}

#[test]
fn budgets_say_what_a_retry_takes() {
    let text = |layer: resilience_core::BudgetOptions| layer.build().unwrap().describe().replace("; ", ";\n");
    let budget = BudgetPolicy::builder;

    expect!["none: every retry is granted"].assert_eq(&text(budget().enabled(false)));
    expect![[r#"
        successes earn no retries, and 1 a second;
        up to 100 retries saved up for a bad moment;
        a retry after throttling costs nothing"#]]
    .assert_eq(&text(budget().deposit(0.0).throttled_cost(0.0)));
    expect![[r#"
        retries add at most 2.5 % to the calls that succeed;
        up to 1 retry saved up for a bad moment;
        a retry after throttling costs 0.5 of one"#]]
    .assert_eq(&text(
        budget()
            .deposit(0.025)
            .min_per_second(0.0)
            .capacity(1)
            .throttled_cost(0.5),
    ));
}

#[test]
fn breakers_say_what_opens_and_what_closes_them() {
    let text = |layer: resilience_core::BreakerOptions| layer.build().unwrap().describe().replace("; ", ";\n");
    let breaker = BreakerPolicy::builder;

    expect!["none: every call is admitted"].assert_eq(&text(breaker().enabled(false)));
    expect![[r#"
        opens after 8 failures in the calls of the last 30 s or when 25 % of the calls of the last 30 s have failed or when 50 % of the calls of the last 30 s took 2 s or longer, judged from 10 calls on;
        asks again after 5 s, 2 times longer each time in a row, up to 10 min, plus up to 10 % by chance, though at most once in 5 s, with up to 1 probe at a time;
        closes after 1 success, opens again after 1 failure;
        a probe that takes 1 min gives its place to another;
        counts calls that were transient, timed out, panicked, or abandoned after 10 s;
        a probe that ends in a permanent failure is a success"#]].assert_eq(&text(
        breaker()
            .per(BreakerPer::Call)
            .failure_count(FailureCount::Cumulative)
            .failure_rate(0.25)
            .slow_call_rate(0.5)
            .slow_call_duration(secs(2))
            .window(Window::Time(secs(30)))
            .minimum_calls(10)
            .recovery_factor(2.0)
            .max_recovery_timeout(secs(600))
            .cooldown(secs(5))
            .half_open_max_calls(1)
            .success_threshold(1)
            .count_throttled(false)
            .on_abandon(OnAbandon::FailAfter(secs(10))),
    ));
}

#[tokio::test(start_paused = true)]
async fn a_live_service_tells_what_holds_for_each_of_its_operations() {
    let world = World::new();
    let plans = world.plans("plan_service", ServiceOptions::new());
    assert_eq!(
        plans.service.describe(),
        "plan_service: no operation has been called yet\n"
    );
    plans.fetch(fine).await.unwrap();
    plans.write(fine).await.unwrap();

    world
        .registry
        .configure(
            "plan_service",
            ServiceOptions::new()
                .retry(RetryPolicy::builder().max_attempts(2))
                .attempt_timeout(secs(2)),
        )
        .unwrap();

    expect![[r#"
        plan_service, fetch (idempotent)
        fallback         the one that the code names, if it names one
        deadline         5 min for the call: no sleep ends and no attempt starts after it
        retry            2 attempts: at once, after 0–100 ms;
                         gives up after 5 min;
                         waits longer if the service asks for up to 1 min, and ends if it asks for more;
                         1 attempt inside a call that may retry itself
        budget           retries add at most 10 % to the calls that succeed, and 1 a second;
                         up to 100 retries saved up for a bad moment
        breaker          opens after 8 failures in a row that last 500 ms or longer;
                         by chance practically never opens at 1,000 calls/s with 10 % failing;
                         asks again after 5 s, 2 times longer each time in a row, up to 1 min, plus up to 10 % by chance, with up to 2 probes at a time;
                         closes after 2 successes, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  2 s, then the attempt is cancelled;
                         it may have had its effect
        body             the code of the operation

        plan_service, write (apply)
        fallback         the one that the code names, if it names one
        deadline         none: a call of one attempt has no time of its own
        retry            1 attempt: no retries
        budget           retries add at most 10 % to the calls that succeed, and 1 a second;
                         up to 100 retries saved up for a bad moment
        breaker          opens after 8 failures in a row that last 500 ms or longer;
                         by chance practically never opens at 1,000 calls/s with 10 % failing;
                         asks again after 5 s, 2 times longer each time in a row, up to 1 min, plus up to 10 % by chance, with up to 2 probes at a time;
                         closes after 2 successes, opens again after 1 failure;
                         a probe that takes 1 min gives its place to another;
                         counts attempts that were transient, throttled, timed out, panicked;
                         a probe that ends in a permanent failure is a success
        attempt timeout  2 s, then the attempt is cancelled;
                         it may have had its effect
        body             the code of the operation
    "#]]
    .assert_eq(&plans.service.describe());
}

#[test]
fn a_layer_out_of_range_is_not_explained() {
    let mistake = ServiceOptions::new()
        .retry(RetryPolicy::builder().max_attempts(0))
        .describe()
        .unwrap_err();

    assert_eq!(mistake.field(), "max_attempts");
}
