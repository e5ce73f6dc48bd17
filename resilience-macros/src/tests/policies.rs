//! The groups of settings have the fields, the ranges and the words that the policies have at run time.

use std::collections::BTreeSet;
use std::time::Duration;

use resilience_core::{BreakerOptions, BudgetOptions, RetryOptions};
use serde_json::{Value, json};

use crate::args::{BREAKER, BUDGET, Group, RETRY, Range};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A group with what it is at run time.
struct Pair {
    group: &'static Group,
    /// A layer that states nothing, with every field.
    empty: Value,
    /// What the other fields must be so that each can take every value of its range.
    others: Value,
    build: fn(Value) -> Result<(), String>,
}

/// Reads a layer as settings do, and builds the policy.
macro_rules! build {
    ($layer:ty) => {
        |layer| {
            let layer: $layer = serde_json::from_value(layer).map_err(|mistake| mistake.to_string())?;
            layer.build().map(drop).map_err(|mistake| mistake.to_string())
        }
    };
}

fn pairs() -> [Pair; 3] {
    [
        Pair {
            group: &RETRY,
            empty: json!(RetryOptions::new()),
            others: json!({ "base_delay": "0s", "max_delay": "1day" }),
            build: build!(RetryOptions),
        },
        Pair {
            group: &BREAKER,
            empty: json!(BreakerOptions::new()),
            others: json!({ "recovery_timeout": "1ms", "failure_rate": 0.5 }),
            build: build!(BreakerOptions),
        },
        Pair {
            group: &BUDGET,
            empty: json!(BudgetOptions::new()),
            others: json!({}),
            build: build!(BudgetOptions),
        },
    ]
}

fn text(time: Duration) -> Value {
    json!(humantime::format_duration(time).to_string())
}

/// The values at the ends of a range, and those just outside.
fn ends(range: &Range) -> (Vec<Value>, Vec<Value>) {
    match range {
        Range::Flag => (vec![json!(true), json!(false)], vec![json!(1)]),
        Range::Whole(range) => {
            let (least, most) = (*range.start(), *range.end());
            let below = least.checked_sub(1).map(|below| json!(below));
            let outside = below.into_iter().chain([json!(most + 1)]);
            (vec![json!(least), json!(most)], outside.collect())
        }
        Range::Number(range) => {
            let (least, most) = (*range.start(), *range.end());
            (
                vec![json!(least), json!(most)],
                vec![json!(least - 0.001), json!(most + 0.001)],
            )
        }
        Range::Time(least) => {
            const NS: Duration = Duration::from_nanos(1);
            let below = least.checked_sub(NS).map(text);
            let outside = below.into_iter().chain([text(DAY + NS)]);
            (vec![text(*least), text(DAY)], outside.collect())
        }
        Range::Word(_, words) => {
            let words = words.iter().map(|(word, _)| json!(word));
            (words.collect(), vec![json!("wobble")])
        }
        Range::Jitter => (
            vec![
                json!("none"),
                json!("full"),
                json!("equal"),
                json!("decorrelated"),
                json!({ "proportional": 0.0 }),
                json!({ "proportional": 1.0 }),
            ],
            vec![json!("wobble"), json!({ "proportional": 1.001 })],
        ),
        Range::Window => (
            vec![json!(1), json!(1_000_000), json!("100ms"), text(DAY)],
            vec![json!(0), json!(1_000_001), json!("99ms"), json!("1day 1s")],
        ),
        Range::OnAbandon => (
            vec![json!("ignore"), json!("1ms"), text(DAY)],
            vec![json!("0s"), json!("1day 1s"), json!("wobble")],
        ),
    }
}

#[test]
fn a_group_has_the_fields_of_its_policy() {
    for Pair { group, empty, .. } in pairs() {
        let known: BTreeSet<&str> = group.fields.iter().map(|field| field.name).collect();
        let there: BTreeSet<&str> = empty.as_object().unwrap().keys().map(String::as_str).collect();

        assert_eq!(known, there, "{}", group.key);
        assert_eq!(known.len(), group.fields.len(), "{}", group.key);
    }
}

#[test]
fn a_field_has_the_range_of_its_policy() {
    for Pair {
        group, others, build, ..
    } in pairs()
    {
        for field in group.fields {
            let build = |value: &Value| {
                let mut layer = others.clone();
                if group.key == "retry" && !field.name.starts_with("max_") {
                    // Without retries no wait is too long for the call.
                    layer["max_attempts"] = json!(1);
                }
                layer[field.name] = value.clone();
                build(layer)
            };
            let (inside, outside) = ends(&field.range);
            for value in inside {
                assert_eq!(build(&value), Ok(()), "{} = {value}", field.name);
            }
            for value in outside {
                assert!(build(&value).is_err(), "{} = {value}", field.name);
            }
        }
    }
}

#[test]
fn a_choice_has_the_words_of_its_policy() {
    for Pair { group, build, .. } in pairs() {
        for field in group.fields {
            let Range::Word(_, words) = field.range else { continue };
            let known: BTreeSet<&str> = words.iter().map(|(word, _)| *word).collect();

            let mistake = build(json!({ field.name: "wobble" })).unwrap_err();
            // "unknown variant `wobble`, expected `attempt` or `call`"
            let there: BTreeSet<&str> = mistake.split('`').skip(3).step_by(2).collect();

            assert_eq!(known, there, "{}: {mistake}", field.name);
        }
    }
}

#[test]
fn every_setting_is_written_as_its_example_says() {
    for Pair { group, .. } in pairs() {
        for field in group.fields {
            let tokens = field.example.parse().unwrap();
            let mut errors = crate::diagnostics::Diagnostics::default();

            let layer = group.parse(tokens, &mut errors);

            assert!(errors.is_empty(), "{}", field.example);
            assert_eq!(layer.settings.len(), 1, "{}", field.example);
            assert_eq!(layer.settings[0].setter, field.name);
        }
    }
}
