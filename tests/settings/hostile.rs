//! Input that means no good: a clear mistake or a skipped part, never a panic, never a service that is down.

use proptest::{prelude::*, test_runner::TestRunner};
use resilience_core::{
    Registry, ServiceOptions,
    settings::{Format, Loader},
};
use resilience_tests::{Plans, immediate, record};
use std::{fs, path::Path};

const FORMATS: [Format; 3] = [Format::Toml, Format::Json, Format::Yaml];

/// Whatever the text is: strict loading answers, what lenient loading leaves is taken, and the service goes on.
fn survives(registry: &'static Registry, plans: &Plans, format: Format, text: &str) {
    let loader = Loader::new().text("text", format, text).overrides("override", text);
    let strict = loader.load(registry);
    let lenient = loader.load_leniently(registry);
    assert_eq!(strict.is_err(), !lenient.skipped.is_empty(), "{text}");
    if let Ok(strict) = strict {
        assert_eq!(strict, lenient.settings, "{text}");
    }
    for mistake in &lenient.skipped {
        let line = mistake.to_string();
        assert!(
            !line.contains(['\n', '\r', '\u{1b}', '\0']) && line.len() < 2_000,
            "{line:?}"
        );
    }
    registry.reconfigure(lenient.settings).unwrap();
    assert_eq!(plans.count_blocking(Ok).ok(), Some(plans.runs()), "{text}");
}

fn running() -> (&'static Registry, Plans) {
    let registry = Registry::new();
    let plans = Plans::new(registry, "a", ServiceOptions::new().retry(immediate(2)));
    (registry, plans)
}

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("settings/corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

#[test]
fn the_corpus_is_survived() {
    let (registry, plans) = running();
    let corpus = corpus();
    assert!(corpus.len() >= 8);
    for text in &corpus {
        for format in FORMATS {
            survives(registry, &plans, format, text);
        }
    }
}

/// Pieces that settings are made of, right and wrong, so that chance gets further than the first letter.
fn piece() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "services",
        "defaults",
        "global",
        "a",
        "operations",
        "count_blocking",
        "retry",
        "breaker",
        "budget",
        "max_attempts",
        "max_retries",
        "base_delay",
        "max_delay",
        "jitter",
        "proportional",
        "window",
        "enabled",
        "failure_threshold",
        "attempt_timeout",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        "[[",
        "]]",
        ":",
        ": ",
        "=",
        ",",
        ".",
        "\n",
        "\n  ",
        "- ",
        "? ",
        "null",
        "true",
        "0",
        "1",
        "5",
        "-1",
        "1e999",
        "nan",
        "\"1s\"",
        "\"20s\"",
        "\"none\"",
        "&a",
        "*a",
        "<<",
        "!",
        "|",
        ">",
        "#",
        "%",
        "---",
        "\\",
        "\\u0000",
        "é",
        "\u{feff}",
        "\u{202e}",
        "\u{1b}",
        "\t",
        "circuit_breaker",
        "service_name",
    ];
    prop_oneof![9 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

/// A value of JSON's shape under keys that are mostly right.
fn tree() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Into::into),
        (-3..12_i64).prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<bool>().prop_map(Into::into),
        Just(serde_json::Value::Null),
        prop::sample::select(&["1s", "20s", "0s", "none", "full", "ignore", "", "\u{0}", "yes"][..])
            .prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        let keys: Vec<String> = resilience_core::settings::keys()
            .iter()
            .flat_map(|key| key.path().split('.').map(str::to_owned))
            .chain(
                [
                    "services",
                    "a",
                    "operations",
                    "count_blocking",
                    "defaults",
                    "global",
                    "x",
                ]
                .map(str::to_owned),
            )
            .collect();
        prop_oneof![
            4 => prop::collection::btree_map(prop::sample::select(keys), inner.clone(), 0..6)
                .prop_map(|entries| entries.into_iter().collect::<serde_json::Map<_, _>>().into()),
            1 => prop::collection::vec(inner, 0..4).prop_map(Into::into),
        ]
    })
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

#[test]
fn whatever_the_pieces_they_are_survived() {
    let (registry, plans) = running();
    runner(2_000)
        .run(&(text(), 0..3_usize), |(text, format)| {
            survives(registry, &plans, FORMATS[format], &text);
            Ok(())
        })
        .unwrap();
}

#[test]
fn whatever_the_values_they_are_survived() {
    let (registry, plans) = running();
    let services = (tree(), tree(), tree(), tree());
    runner(400)
        .run(&services, |(defaults, global, a, b)| {
            let text = serde_json::json!({ "defaults": defaults, "global": global, "services": { "a": a, "b": b } });
            survives(registry, &plans, Format::Json, &text.to_string());
            Ok(())
        })
        .unwrap();
}

#[test]
fn whatever_the_bytes_of_a_file_they_are_survived() {
    let directory = crate::formats::Directory::new("hostile");
    let (registry, plans) = running();
    let mut runner = runner(200);
    let names = prop::sample::select(&["a.toml", "a.json", "a.yaml"][..]);
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    runner
        .run(&(names, bytes), |(name, bytes)| {
            let path = directory.0.join(name);
            fs::write(&path, bytes).unwrap();
            let lenient = Loader::new().file(&path).load_leniently(registry);
            registry.reconfigure(lenient.settings).unwrap();
            prop_assert_eq!(plans.count_blocking(Ok).ok(), Some(plans.runs()));
            Ok(())
        })
        .unwrap();
}

#[test]
fn many_services_load_in_reasonable_time_even_if_all_are_wrong() {
    let lines: Vec<_> = (0..5_000)
        .map(|index| format!("services.s{index}.retry = {{ base_delay = \"20s\", factor = 3 }}"))
        .collect();
    let registry = Registry::new();
    let events = record();

    let loaded = Loader::new()
        .text("text", Format::Toml, &lines.join("\n"))
        .load_leniently(registry);

    assert_eq!((loaded.skipped.len(), loaded.omitted), (100, 4_900));
    let told = events.take();
    assert_eq!(told.len(), 101);
    assert_eq!(told[100], "WARN more overrides skipped count=4900");
    registry.reconfigure(loaded.settings).unwrap();
}
