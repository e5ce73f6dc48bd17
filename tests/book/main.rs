//! What README and book say is so.

#![allow(clippy::panic, reason = "a missing file fails the test")]

mod configuration;

use resilience_core::settings;
use std::{collections::BTreeMap, fs, path::Path};

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between the fences of the blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    blocks
        .filter_map(|rest| rest.split("```").next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_readme_shows_the_refusal_in_the_compilers_words() {
    let shown = blocks(&read("README.md"), "text");
    let message = shown[0].lines().next().unwrap();

    let compiler = read("tests/messages/fail/apply_and_idempotent.stderr");

    assert!(compiler.contains(message), "the compiler says:\n{compiler}");
}

#[test]
fn the_page_on_applies_shows_the_refused_call_in_the_compilers_words() {
    let shown = blocks(&read("docs/apply.md"), "text");

    let compiler = read("tests/messages/fail/calls_of_an_apply.stderr");

    assert!(compiler.contains(shown[0].trim_end()), "the compiler says:\n{compiler}");
}

#[test]
fn the_page_on_compiler_errors_quotes_the_compiler() {
    let page = read("docs/compiler-errors.md");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("messages/fail");
    let recorded = fs::read_dir(root).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        let is_record = path.extension().is_some_and(|extension| extension == "stderr");
        is_record.then(|| fs::read_to_string(path).unwrap())
    });
    let recorded = recorded.collect::<String>();

    let quoted = blocks(&page, "text");

    assert!(quoted.len() >= 6, "{quoted:?}");
    for message in quoted {
        let message = message.trim_end();
        let code = &message["error[".len()..][..5];
        assert!(page.contains(&format!("## {code}: ")), "no section on {code}");
        assert!(recorded.contains(&format!("{message}\n")), "nobody records: {message}");
    }
}

#[test]
fn the_gate_runs_the_commands_of_the_readme() {
    let gate = read(".ci/run");
    let commands = blocks(&read("README.md"), "sh").concat();
    let commands: Vec<_> = commands
        .lines()
        .filter_map(|line| line.split('#').next())
        .map(str::trim)
        .collect();

    assert_eq!(commands, ["cargo run --example plan_service", "cargo test --workspace"]);
    for command in commands.into_iter().chain(["cargo run --example retry_storm"]) {
        assert!(gate.contains(&format!("step {command}\n")), "{command}");
    }
}

#[test]
fn the_readme_names_the_compiler_that_the_manifest_asks_for() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .split("rust-version = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    assert!(read("README.md").contains(&format!("Rust {version} or newer")));
}

#[test]
fn the_events_page_lists_every_event_with_its_level_and_fields() {
    let page = read("docs/events.md");
    let listed: BTreeMap<(String, String), Vec<String>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<_> = line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
            let key = format!("events.{}", cells[2]);
            let key = settings::keys().iter().find(|known| known.path() == key).unwrap();
            assert_eq!(key.default_value(), cells[3].to_lowercase(), "{line}");
            let mut fields: Vec<_> = cells[4].split(',').map(|field| field.trim().to_owned()).collect();
            fields.retain(|field| !field.is_empty());
            fields.sort();
            ((cells[1].clone(), cells[2].clone()), fields)
        })
        .collect();

    // `emit!(Class, "message", subject, field = .., ..)`
    let source = read("resilience-core/src/telemetry/events.rs");
    let emitted: BTreeMap<(String, String), Vec<String>> = source
        .split("emit!(")
        .skip(1)
        .filter(|call| call.trim_start().starts_with(char::is_uppercase) && !call.starts_with("Class"))
        .map(|call| {
            let call = call.split(';').next().unwrap().split("Transition::").next().unwrap();
            let class = in_snake_case(call.split(',').next().unwrap().trim());
            let message = call.split('"').nth(1).unwrap().to_owned();
            let mut fields: Vec<_> = call
                .split(" = ")
                .map(|before| before.rsplit([' ', '\n', '(']).next().unwrap().to_owned())
                .collect();
            fields.pop();
            fields.sort();
            ((message, class), fields)
        })
        .collect();

    assert_eq!(emitted.len(), 27);
    assert_eq!(emitted, listed);
}

fn in_snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
