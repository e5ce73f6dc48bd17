//! The page on configuration, its example file and the schema beside it.

use crate::read;
use expect_test::expect_file;
use resilience_core::{
    Registry,
    settings::{Format, Loader, json_schema, keys},
};
use std::{env, fs, path::Path};

/// The table of the page, as the table of keys has it.
fn table() -> String {
    let rows = keys().iter().map(|key| {
        let (path, default, allowed) = (key.path(), key.default_value(), key.allowed());
        format!("| `{path}` | {default} | {allowed} | {} |\n", key.about())
    });
    rows.collect()
}

#[test]
fn the_page_lists_every_key_with_its_default_and_range() {
    let page = read("docs/configuration.md");
    let begin = "| key | default | range | meaning |\n| --- | --- | --- | --- |\n";
    let (before, rest) = page.split_once(begin).unwrap();
    let (listed, after) = rest.split_once("\n\n").unwrap();

    if env::var_os("UPDATE_EXPECT").is_some() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let page = format!("{before}{begin}{}\n{after}", table());
        fs::write(root.join("docs/configuration.md"), page).unwrap();
    } else {
        assert_eq!(format!("{listed}\n"), table());
    }
}

#[test]
fn the_schema_is_that_of_the_checker() {
    let schema = serde_json::to_string_pretty(&json_schema()).unwrap();
    expect_file!["../../docs/settings.schema.json"].assert_eq(&format!("{schema}\n"));
}

#[test]
fn the_complete_file_loads_and_says_something_of_every_group_and_nearly_every_key() {
    // R122
    let registry = Registry::new();
    let text = read("docs/resilience.toml");
    let settings = Loader::new()
        .text("resilience.toml", Format::Toml, &text)
        .load(registry);
    registry.reconfigure(settings.unwrap()).unwrap();

    let explanation = registry.explain("plan_service", "fetch_plan");
    let said = explanation
        .values()
        .iter()
        .filter(|value| value.level().as_str() != "library");
    assert!(said.count() >= 30, "{explanation}");
    assert_eq!(explanation.get("attempt_timeout").unwrap().value(), "750ms");
}

#[test]
fn what_the_page_shows_of_mistakes_is_what_is_said() {
    let text = "\n[services.plan_service.retry]\nmax_atempts = 5\nbase_delay = 100\n\n\n\n[services.tool_service.breaker]\nsuccess_threshold = 0";
    let refused = Loader::new()
        .text("resilience.toml", Format::Toml, text)
        .load(Registry::new())
        .unwrap_err();

    let page = read("docs/configuration.md");
    assert!(page.contains(&refused.to_string()), "{refused}");
}
