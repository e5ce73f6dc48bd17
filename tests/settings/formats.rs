//! Sources and how they are written.

use crate::{attempts, holds};
use config::{ConfigError, Map, Source, Value};
use resilience_core::{
    Registry, Settings,
    settings::{Format, Loader, MistakeKind, json_schema},
};
use std::{fs, path::PathBuf};

const TOML: &str = r#"
[defaults.budget]
min_per_second = 2
[global]
apply_in_retry = "refuse"
[services.plan_service.retry]
max_attempts = 5
jitter = { proportional = 0.25 }
base_delay = "1m 30s"
max_delay = "2m"
[services.plan_service.breaker]
enabled = false
window = 50
on_abandon = "10s"
failure_rate = 0.5
[services.plan_service.operations.fetch_plan]
attempt_timeout = "750ms"
"#;

const YAML: &str = r#"
# Comments, "quotes" and flows, as YAML has them.
defaults: { budget: { min_per_second: 2.0 } }
global: { apply_in_retry: refuse }
services:
  plan_service:
    retry:
      max_attempts: 0x5
      jitter: { "proportional": 0.25 }
      base_delay: 1m 30s
      max_delay: '2m'
    breaker: { enabled: false, window: 50, on_abandon: 10s, failure_rate: 5e-1 }
    operations:
      fetch_plan:
        attempt_timeout: >-
          750ms
"#;

const JSON: &str = r#"{
    "$schema": "./settings.schema.json",
    "defaults": { "budget": { "min_per_second": 2, "deposit": null } },
    "global": { "apply_in_retry": "refuse" },
    "services": { "plan_service": {
        "retry": { "max_attempts": 5, "jitter": { "proportional": 2.5e-1 }, "base_delay": "1m 30s", "max_delay": "\u0032m" },
        "breaker": { "enabled": false, "window": 50, "on_abandon": "10s", "failure_rate": 0.5 },
        "operations": { "fetch_plan": { "attempt_timeout": "750ms" } }
    } }
}"#;

const VARIABLES: [(&str, &str); 12] = [
    ("RESILIENCE__DEFAULTS__BUDGET__MIN_PER_SECOND", "2"),
    ("RESILIENCE__GLOBAL__APPLY_IN_RETRY", "refuse"),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATTEMPTS", "5"),
    (
        "RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__JITTER__PROPORTIONAL",
        "0.25",
    ),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__BASE_DELAY", "1m 30s"),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_DELAY", "2m"),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__BREAKER__ENABLED", "false"),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__BREAKER__WINDOW", " 50 "),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__BREAKER__ON_ABANDON", "10s"),
    ("RESILIENCE__SERVICES__PLAN_SERVICE__BREAKER__FAILURE_RATE", "0.5"),
    (
        "RESILIENCE__SERVICES__PLAN_SERVICE__OPERATIONS__FETCH_PLAN__ATTEMPT_TIMEOUT",
        "750ms",
    ),
    ("RESILIENCE_LOG", "not ours"),
];

fn loaded(loader: &Loader) -> Settings {
    loader.load(Registry::new()).unwrap()
}

#[test]
fn every_way_of_writing_says_the_same() {
    let toml = loaded(&Loader::new().text("a.toml", Format::Toml, TOML));
    assert_ne!(toml, Settings::new());

    assert_eq!(loaded(&Loader::new().text("a.yaml", Format::Yaml, YAML)), toml);
    assert_eq!(loaded(&Loader::new().text("a.json", Format::Json, JSON)), toml);
    assert_eq!(loaded(&Loader::new().variables(VARIABLES)), toml);
    let off = r#"{ "services": { "plan_service": { "breaker": null } } }"#;
    let read = serde_json::from_str::<Settings>(off).unwrap();
    assert_eq!(read, loaded(&Loader::new().text("off", Format::Json, off)));
    // Any other loader fills the models through serde, and what it writes is read here.
    let models = JSON.replace(r#""$schema": "./settings.schema.json","#, "");
    assert_eq!(serde_json::from_str::<Settings>(&models).unwrap(), toml);
    let written = serde_json::to_string(&toml).unwrap();
    assert_eq!(loaded(&Loader::new().text("written", Format::Json, &written)), toml);
    assert_eq!(loaded(&Loader::new().text("written", Format::Yaml, &written)), toml);
}

#[test]
fn a_later_source_stands_above_an_earlier_one() {
    let registry = Registry::new();
    let loader = Loader::new()
        .text("a.toml", Format::Toml, TOML)
        .text(
            "b.yaml",
            Format::Yaml,
            "services: { plan_service: { retry: { max_attempts: 6, factor: 3 } } }",
        )
        .variables([("RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATTEMPTS", "7")])
        .code(crate::read("services.tool_service.retry.max_attempts = 9").unwrap());
    registry.reconfigure(loader.load(registry).unwrap()).unwrap();

    let explanation = registry.explain("plan_service", "fetch_plan");
    let of = |key| {
        let found = explanation.get(key).unwrap();
        (found.value(), found.source())
    };
    assert_eq!(
        of("retry.max_attempts"),
        ("7", Some("RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATTEMPTS"))
    );
    assert_eq!(of("retry.factor"), ("3", Some("b.yaml:1")));
    assert_eq!(of("retry.max_delay"), ("2m", Some("a.toml:10")));
    assert_eq!(attempts(registry, "tool_service", "any"), "9");
}

/// A directory of its own, gone when the test is over.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("resilience-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn files_are_read_by_their_endings() {
    let directory = Directory::new("formats");
    for (name, text) in [("a.toml", TOML), ("a.yaml", YAML), ("a.YML", YAML), ("a.json", JSON)] {
        let path = directory.0.join(name);
        fs::write(&path, text).unwrap();
        assert_eq!(
            loaded(&Loader::new().file(&path)),
            loaded(&Loader::new().text("", Format::Toml, TOML))
        );
    }
    // What Windows puts in front.
    let path = directory.0.join("marked.json");
    fs::write(&path, format!("\u{feff}{JSON}")).unwrap();
    assert_ne!(loaded(&Loader::new().file(&path)), Settings::new());
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_one_that_may_be_missing_is_not() {
    let directory = Directory::new("unreadable");
    let file = |name: &str, bytes: &[u8]| {
        let path = directory.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let folder = directory.0.join("folder.toml");
    fs::create_dir(&folder).unwrap();
    let huge = vec![b'#'; (1 << 20) + 1];
    let table = [
        (file("latin.toml", b"# fine\n# caf\xe9\n"), "latin.toml:2: is no UTF-8"),
        (file("huge.yaml", &huge), "huge.yaml: is longer than 1048576 bytes"),
        (
            file("settings.ini", b""),
            "settings.ini: the name must end in .toml, .json, .yaml or .yml",
        ),
        (
            file("settings", b""),
            "settings: the name must end in .toml, .json, .yaml or .yml",
        ),
        (
            file("empty.json", b" \n"),
            "empty.json:2: is empty: no settings are `{}`",
        ),
        (
            directory.0.join("missing.toml"),
            "missing.toml: cannot be read: No such file",
        ),
        (directory.0.clone(), "the name must end in"),
        (folder, "folder.toml: cannot be read: it is not a regular file"),
    ];
    for (path, expected) in table {
        let refused = Loader::new().file(&path).load(Registry::new()).unwrap_err();

        assert!(refused.to_string().contains(expected), "{refused}");
        assert_eq!(refused.mistakes()[0].kind(), MistakeKind::Unreadable);
    }
    for name in ["empty.toml", "empty.yaml"] {
        assert_eq!(loaded(&Loader::new().file(file(name, b""))), Settings::new());
    }
    assert_eq!(
        loaded(&Loader::new().optional_file(directory.0.join("missing.toml"))),
        Settings::new()
    );
}

#[test]
fn what_a_text_cannot_be_is_told_with_its_line() {
    let deep = |open: &str, close: &str, levels: usize| open.repeat(levels) + &close.repeat(levels);
    let table = [
        (
            Format::Toml,
            "a = 1\na = 2\n".to_owned(),
            "text:2: is no TOML: duplicate key",
        ),
        (Format::Toml, "[a\nb = \n".to_owned(), "text:1: is no TOML: "),
        (
            Format::Toml,
            format!("a = {}", deep("[", "]", 5_000)),
            "text:1: is no TOML: ",
        ),
        (
            Format::Toml,
            format!("a = {}", deep("[", "]", 40)),
            "text:1: is nested too deeply",
        ),
        (
            Format::Toml,
            "a = 99999999999999999999999999999999999999999".to_owned(),
            "text:1: ",
        ),
        (
            Format::Yaml,
            "a: 1\nb: 2\na: 3\n".to_owned(),
            "text:3: says `a` a second time",
        ),
        (
            Format::Yaml,
            "a: &anchor 1\nb: *anchor\n".to_owned(),
            "text:1: uses an anchor, an alias or a tag",
        ),
        (
            Format::Yaml,
            "a: !!binary aGk=".to_owned(),
            "text:1: uses an anchor, an alias or a tag",
        ),
        (
            Format::Yaml,
            "a: 1\n---\na: 1\n".to_owned(),
            "text:2: begins a second document",
        ),
        (Format::Yaml, "- 1\n".to_owned(), "text: must be a YAML mapping"),
        (Format::Yaml, "{a: 1".to_owned(), "is no YAML: "),
        (Format::Yaml, "? [a]\n: 1\n".to_owned(), "has a key that is no text"),
        (Format::Yaml, deep("[", "]", 200), "text:1: is nested too deeply"),
        (Format::Yaml, deep("[", "]", 100_000), "text:1: "),
        (Format::Yaml, deep("{a: ", "}", 50_000), "text:1: "),
        (
            Format::Json,
            "{\n\"a\": 1,\n\"a\": 2 }".to_owned(),
            "text:3: says `a` a second time",
        ),
        (
            Format::Json,
            "{\n\"a\": \"\\ud800\" }".to_owned(),
            "text:2: cannot be read",
        ),
        (Format::Json, "{\n\"a\": 1, }".to_owned(), "text:2: is no JSON: "),
        (Format::Json, deep("{\"a\":", "}", 100_000), "text:1: is no JSON: "),
        (Format::Json, deep("[", "]", 100_000), "text:1: is nested too deeply"),
    ];
    for (format, text, expected) in table {
        let refused = Loader::new()
            .text("text", format, &text)
            .load(Registry::new())
            .unwrap_err();

        assert!(refused.to_string().contains(expected), "{text:.40}: {refused:.200}");
    }
}

#[test]
fn variables_that_make_no_path_are_told() {
    let refused = Loader::new()
        .variables([
            ("RESILIENCE__", "1"),
            ("RESILIENCE__DEFAULTS____RETRY", "1"),
            ("RESILIENCE__DEFAULTS__RETRY", "1"),
            ("RESILIENCE__DEFAULTS__RETRY__FACTOR", "2"),
            ("RESILIENCE__Global__Retry__Factor", "2"),
            ("RESILIENCE__GLOBAL__RETRY__FACTOR", "3"),
            ("RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATEMPTS", "3"),
        ])
        .load(Registry::new())
        .unwrap_err();

    expect_test::expect![[r#"
        RESILIENCE__: is no path: its parts are joined by two underscores, and none is empty
        RESILIENCE__DEFAULTS__RETRY__FACTOR: speaks of a part of `retry`, which another variable gives a value
        RESILIENCE__DEFAULTS____RETRY: is no path: its parts are joined by two underscores, and none is empty
        RESILIENCE__Global__Retry__Factor: says `factor` a second time, or gives a value to what other variables speak of parts of
        RESILIENCE__DEFAULTS__RETRY: defaults.retry is 1, but must be a table
        RESILIENCE__SERVICES__PLAN_SERVICE__RETRY__MAX_ATEMPTS: services.plan_service.retry.max_atempts is no key of the settings: did you mean `max_attempts`?"#]].assert_eq(&refused.to_string());
}

/// A source of the layering crate that is none of ours.
#[derive(Clone, Debug)]
struct Remote(Option<&'static str>);

impl Source for Remote {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let Some(attempts) = self.0 else {
            return Err(ConfigError::Message("the store does not answer".to_owned()));
        };
        let value = |kind| Value::new(Some(&"the store".to_owned()), kind);
        let retry = Map::from_iter([(
            "max_attempts".to_owned(),
            value(config::ValueKind::from(attempts.len() as u64)),
        )]);
        let plans = Map::from_iter([("retry".to_owned(), value(retry.into()))]);
        let services = Map::from_iter([("plan_service".to_owned(), value(plans.into()))]);
        Ok(Map::from_iter([("services".to_owned(), value(services.into()))]))
    }
}

#[test]
fn any_source_of_the_layering_crate_will_do() {
    let registry = Registry::new();
    registry
        .reconfigure(Loader::new().source(Remote(Some("seven"))).load(registry).unwrap())
        .unwrap();

    assert_eq!(
        holds(registry, "plan_service", "any", "retry.max_attempts"),
        ("5".to_owned(), "service")
    );
    let explanation = registry.explain("plan_service", "any");
    assert_eq!(
        explanation.get("retry.max_attempts").unwrap().source(),
        Some("the store")
    );
    let refused = Loader::new().source(Remote(None)).load(registry).unwrap_err();
    assert_eq!(refused.to_string(), "Remote(None): the store does not answer");
}

#[test]
fn the_schema_knows_every_key_and_range() {
    let schema = json_schema();
    let service = &schema["$defs"]["service"]["properties"];
    for key in resilience_core::settings::keys() {
        let found = key
            .path()
            .split('.')
            .fold(service, |schema, part| match schema.get("properties") {
                Some(properties) => &properties[part],
                None => &schema[part],
            });
        let about = found["description"].as_str().unwrap();
        assert!(about.starts_with(key.about()), "{}", key.path());
    }
    assert!(schema["$defs"]["operation"]["properties"].get("breaker").is_none());
}
