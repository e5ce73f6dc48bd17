//! What leaves the settings is bounded, on one line, and without secrets, whatever a source says.

use resilience_core::{
    Registry,
    settings::{Format, Loader},
};
use resilience_tests::record;
use std::{error::Error, fmt};

const MEBIBYTE: usize = 1 << 20;

/// Texts of at most 1 MiB in which next to everything is wrong.
fn garbage() -> Vec<(Format, String)> {
    let fill = |piece: &str| piece.repeat(MEBIBYTE / piece.len());
    let numbered = |count: u32, line: fn(u32) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
    let services = numbered(20_000, |n| format!("s{n}:\n  retry: {{m: 1}}\n"));
    let unknown = numbered(100_000, |n| format!("k{n}=1\n"));
    let members: Vec<_> = (0..80_000).map(|n| format!("\"k{n}\":1")).collect();
    vec![
        (Format::Toml, fill("=")),
        (Format::Toml, fill("a b\n")),
        (Format::Toml, fill("a=1\n")),
        (Format::Toml, unknown),
        (Format::Json, fill("{")),
        (Format::Json, fill("\u{1b}")),
        (Format::Json, format!("{{{}}}", members.join(","))),
        (Format::Yaml, fill("- [\n")),
        (Format::Yaml, services),
    ]
}

#[test]
fn at_most_a_hundred_mistakes_are_kept_and_the_others_counted() {
    for (format, text) in garbage() {
        let refused = Loader::new()
            .text("ops", format, &text)
            .load(Registry::new())
            .unwrap_err();

        assert!(refused.mistakes().len() <= 100, "{format:?} {text:.20}");
        assert!(refused.to_string().len() < 100 * 1_000, "{format:?} {text:.20}");
    }
    let text = (0..1_000).map(|n| format!("k{n} = 1\n")).collect::<Vec<_>>().concat();
    let refused = Loader::new()
        .text("ops", Format::Toml, &text)
        .load(Registry::new())
        .unwrap_err();
    assert_eq!((refused.mistakes().len(), refused.omitted()), (100, 900));
    assert!(refused.to_string().ends_with("\nand 900 more mistakes"));
}

#[derive(Debug)]
struct Store;

impl config::Source for Store {
    fn clone_into_box(&self) -> Box<dyn config::Source + Send + Sync> {
        Box::new(Self)
    }

    fn collect(&self) -> Result<config::Map<String, config::Value>, config::ConfigError> {
        Err(config::ConfigError::Foreign(Box::new(Unreachable)))
    }
}

#[derive(Debug)]
struct Unreachable;

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redis://admin:hunter2@db\n\u{1b}[31m {}", "x".repeat(100_000))
    }
}

impl Error for Unreachable {}

#[test]
fn the_failure_of_a_foreign_source_is_redacted_and_bounded() {
    let events = record();
    let loaded = Loader::new().source(Store).load_leniently(Registry::new());

    for text in [
        loaded.skipped[0].to_string(),
        format!("{:?}", loaded.skipped),
        events.take().concat(),
    ] {
        assert!(!text.contains("hunter2") && !text.contains(['\n', '\u{1b}']), "{text}");
        assert!(text.contains("redis://") && text.len() < 1_000, "{text}");
    }
}

#[test]
fn names_are_bounded_escaped_and_redacted_in_every_format_and_place() {
    let name = "redis://admin:hunter2@db\n\u{1b}\u{202e}";
    let quoted = serde_json::to_string(name).unwrap();
    let yaml = quoted.clone();
    let sources = [
        Loader::new().text(name, Format::Toml, &format!("{quoted} = 1")),
        Loader::new().text(name, Format::Json, &format!("{{{quoted}: 1, {quoted}: 2}}")),
        Loader::new().text(name, Format::Yaml, &format!("services:\n  {yaml}:\n    retry: 7")),
        Loader::new().text(
            "a",
            Format::Json,
            &format!("{{\"services\": {{\"a\": {{\"retry\": {{\"backoff\": {quoted}}}}}}}}}"),
        ),
        Loader::new().file(format!("{name}.ini")),
        Loader::new().overrides(name, "["),
        Loader::new().variables([
            (format!("RESILIENCE__A__{name}__B"), "1"),
            (format!("RESILIENCE__A__{name}"), "1"),
        ]),
    ];
    for loader in sources {
        let loaded = loader.load_leniently(Registry::new());
        assert!(!loaded.skipped.is_empty());
        for text in [
            loaded.skipped[0].to_string(),
            format!("{:?} {loader:?}", loaded.skipped),
        ] {
            assert!(!text.contains("hunter2"), "{text}");
            assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
            assert!(text.len() < 3_000, "{text}");
        }
    }
}

#[test]
fn a_name_of_any_length_is_refused_beyond_255_bytes() {
    let table = |name: &str| format!("[services.\"{name}\".retry]\nmax_attempts = 4");
    assert!(crate::read(&table(&"é".repeat(127))).is_ok());

    let refused = crate::read(&table(&"é".repeat(128))).unwrap_err();
    assert!(
        refused.to_string().ends_with("has a name longer than 255 bytes"),
        "{refused}"
    );
    assert!(refused.to_string().len() < 1_000);
}

#[test]
fn two_names_that_begin_with_the_same_hundred_characters_have_origins_of_their_own() {
    let names = ["one", "two"].map(|end| format!("{} {end}", "n".repeat(120)));
    let [one, two] = &names;
    let text = format!("services.\"{one}\".retry.max_attempts = 4\nservices.\"{two}\".retry.max_attempts = 5");
    let registry = crate::under(&text);

    let sources = names.map(|name| {
        let explanation = registry.explain(&name, "any");
        explanation
            .get("retry.max_attempts")
            .unwrap()
            .source()
            .map(str::to_owned)
    });

    assert_eq!(sources, [Some("ops.toml:1".to_owned()), Some("ops.toml:2".to_owned())]);
}

#[test]
fn two_spellings_of_a_breaker_in_one_override_are_a_mistake_and_ours_holds() {
    let json =
        r#"{"plan_service": {"circuit_breaker": {"failure_threshold": 7}, "breaker": {"failure_threshold": 9}}}"#;
    let loader = Loader::new().overrides("override", json);
    let registry = Registry::new();

    let refused = loader.load(registry).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "override:1: services.plan_service.circuit_breaker is another spelling of `breaker`, which this service has, too"
    );
    registry.reconfigure(loader.load_leniently(registry).settings).unwrap();
    assert_eq!(
        crate::holds(registry, "plan_service", "any", "breaker.failure_threshold").0,
        "9"
    );
}
