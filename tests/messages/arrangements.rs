//! All arrangements of `#[apply]` and `idempotent`, and what becomes of each. Rejected ones are the modules of
//! `messages/arrangements/`, accepted ones those of `blocks/arrangements.rs`, where the compiler decides.

use std::{collections::BTreeSet, fs, path::Path};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Rejected,
    Accepted,
    /// Accepted, and decided when the operation is linked: it gets one attempt (`blocks/contradictions.rs`).
    Linked,
    /// Accepted, though a person would refuse it: a hostile macro took the mark away before anybody could see it.
    Open,
}
use Outcome::{Accepted, Linked, Open, Rejected};

#[rustfmt::skip]
const ARRANGEMENTS: [(&str, Outcome); 80] = [
    ("retry_above_apply", Rejected),
    ("apply_above_retry", Rejected),
    ("free_function_retry_above", Rejected),
    ("free_function_apply_above", Rejected),
    ("retry_alone", Accepted),
    ("retry_that_is_not_idempotent_with_apply", Accepted),
    ("apply_renamed_below", Rejected),
    ("apply_renamed_above", Rejected),
    ("retry_renamed_above", Rejected),
    ("retry_renamed_below", Rejected),
    ("both_renamed_retry_above", Rejected),
    ("both_renamed_apply_above", Rejected),
    ("exported_again_under_another_name", Rejected),
    ("by_path_retry_above", Rejected),
    ("by_path_apply_above", Rejected),
    ("extern_crate_renamed", Rejected),
    ("glob_import", Rejected),
    ("cfg_attr_apply_above", Rejected),
    ("cfg_attr_apply_below", Rejected),
    ("cfg_attr_both", Rejected),
    ("cfg_attr_false_apply", Accepted),
    ("cfg_attr_renamed", Rejected),
    ("added_below_retry", Rejected),
    ("added_above_retry_on_top", Rejected),
    ("added_above_retry_at_the_end", Rejected),
    ("added_under_another_name", Rejected),
    ("macro_rules_puts_both", Rejected),
    ("macro_rules_puts_one_on_an_item", Rejected),
    ("instrument_between_retry_above", Rejected),
    ("instrument_between_apply_above", Rejected),
    ("instrument_between_renamed_retry_above", Rejected),
    ("instrument_between_renamed_apply_above", Rejected),
    ("moved_body_retry_above", Rejected),
    ("moved_body_apply_above", Rejected),
    ("one_below_drops_all_attributes", Rejected),
    ("one_between_drops_seals", Rejected),
    ("one_between_replaces_the_body", Rejected),
    ("one_between_drops_seals_and_replaces_the_body", Open),
    ("closure_between_retry_above", Rejected),
    ("closure_between_apply_above", Rejected),
    ("one_between_removes_the_other_attribute", Open),
    ("async_trait_by_name", Rejected),
    ("async_trait_renamed", Rejected),
    ("async_trait_renamed_reversed", Rejected),
    ("block_by_name", Rejected),
    ("block_renamed", Rejected),
    ("block_cfg_attr_true", Rejected),
    ("block_cfg_attr_false", Accepted),
    ("block_method_made_by_a_macro", Accepted),
    ("declared_by_name", Rejected),
    ("declared_renamed", Rejected),
    ("declared_renamed_reversed", Rejected),
    ("declared_with_another_between", Rejected),
    ("default_body_renamed", Rejected),
    ("trait_says_apply_and_the_block_says_idempotent", Rejected),
    ("trait_says_apply_and_the_method_says_idempotent", Rejected),
    ("foreign_apply_with_arguments", Accepted),
    ("foreign_apply_alone", Accepted),
    ("other_mark_on_an_inner_function", Accepted),
    ("words_in_the_body", Accepted),
    ("idempotent_calls_an_apply", Rejected),
    ("idempotent_calls_an_apply_by_path", Rejected),
    ("idempotent_calls_a_renamed_apply", Rejected),
    ("idempotent_calls_a_conditional_apply", Rejected),
    ("idempotent_calls_an_apply_by_type", Rejected),
    ("idempotent_calls_an_apply_by_qualified_path", Rejected),
    ("idempotent_calls_an_apply_by_trait", Rejected),
    ("idempotent_takes_an_apply_as_a_value", Rejected),
    ("idempotent_takes_a_renamed_apply_as_a_value", Rejected),
    ("block_one_between", Rejected),
    ("block_one_between_renamed", Rejected),
    ("block_one_between_drops_all_attributes", Rejected),
    ("block_instrument_between_reversed", Rejected),
    ("trait_without_self_and_the_block", Rejected),
    ("trait_without_self_and_a_method_that_says_self", Rejected),
    ("trait_without_self_and_a_body_that_says_self", Rejected),
    ("trait_without_self_and_a_bare_method", Linked),
    ("trait_says_apply_for_an_object", Rejected),
    ("trait_says_apply_for_an_object_in_a_block", Rejected),
    ("trait_says_idempotent_and_the_block_says_apply", Accepted),
];

/// How the messages begin that refuse an arrangement.
const REFUSALS: [&str; 4] = [
    "error: `idempotent` and `#[apply]` contradict each other",
    "error: an `idempotent` method calls",
    "error[E0277]: `idempotent` here, but the trait declares this method `#[apply]`",
    "error[E0277]: an `idempotent` method calls a method that is `#[apply]`",
];

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The modules of a file, each with the line on which it begins.
fn modules(source: &str) -> Vec<(String, usize)> {
    let lines = source.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            let name = line.strip_prefix("mod ")?.strip_suffix(" {")?;
            Some((name.to_owned(), number + 1))
        })
        .collect()
}

/// The lines at which the compiler refuses an arrangement.
fn refusals(said: &str) -> Vec<usize> {
    let lines: Vec<_> = said.lines().collect();
    let places = lines
        .windows(2)
        .filter(|pair| REFUSALS.iter().any(|refusal| pair[0].starts_with(refusal)))
        .map(|pair| pair[1].rsplit(':').nth(1).and_then(|line| line.parse().ok()));
    places.map(Option::unwrap).collect()
}

/// The modules that the compiler refuses, and those that it was shown and does not refuse.
fn decided(source: &Path) -> (Vec<String>, Vec<String>) {
    let modules = modules(&read(source));
    let lines = refusals(&read(&source.with_extension("stderr")));
    let mut ends = modules.iter().skip(1).map(|(_, line)| *line).collect::<Vec<_>>();
    ends.push(usize::MAX);
    let (refused, passed): (Vec<_>, Vec<_>) = modules
        .into_iter()
        .zip(ends)
        .partition(|((_, begin), end)| lines.iter().any(|line| line > begin && line < end));
    let name = |((name, _), _): ((String, usize), usize)| name;
    (
        refused.into_iter().map(name).collect(),
        passed.into_iter().map(name).collect(),
    )
}

#[test]
fn apply_and_idempotent_compile_together_in_no_arrangement() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(tests.join("messages/arrangements")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let (refused, passed) = decided(&path);
            assert_eq!(passed, [""; 0], "not refused in {}", path.display());
            found.extend(refused.into_iter().map(|name| (name, true)));
        }
    }
    let accepted = modules(&read(&tests.join("blocks/arrangements.rs")));
    found.extend(accepted.into_iter().map(|(name, _)| (name, false)));

    let table = ARRANGEMENTS.map(|(name, outcome)| (name.to_owned(), outcome == Rejected));

    assert_eq!(found, BTreeSet::from(table));
    let open = ARRANGEMENTS.iter().filter(|(_, outcome)| *outcome == Open);
    assert_eq!(open.count(), 2);
    let linked = ARRANGEMENTS.iter().filter(|(_, outcome)| *outcome == Linked);
    assert_eq!(linked.count(), 1);
}
