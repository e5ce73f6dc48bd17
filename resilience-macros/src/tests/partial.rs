//! Code in the making: an editor calls the attributes on it. Whatever does not parse yet is given back, and takes nothing else
//! down with it.

use proc_macro2::TokenStream;
use quote::quote;

use super::compiler::expand;
use crate::method;

/// The block as the attribute leaves it, before its methods are looked at.
fn block(source: &str) -> String {
    let item: TokenStream = source.parse().unwrap();
    method::retry_service(quote!(name = "plans"), item).to_string()
}

#[test]
fn a_method_that_does_not_parse_leaves_the_others_what_they_are() {
    for broken in [
        "#[idempotent] async fn broken(&self, id: ) -> R { get(id) }",
        "#[idempotent] async fn broken(&self) -> { get() }",
        "#[idempotent] async fn broken",
        "#[idempotent] async fn broken(&self)",
        "#[idempotent] pub broken",
        "#[idempotent]",
        "#[idempotent] #[apply]",
        "const BROKEN: = ;",
        "type Broken",
        "= 3 +",
    ] {
        for header in ["impl Client", "impl Plans for Client", "pub trait Plans"] {
            let source = format!("{header} {{ {broken} #[idempotent] async fn whole(&self) -> R {{ 1 }} }}");

            let written = block(&source);

            let words: Vec<String> = broken
                .split(|c: char| !c.is_alphanumeric())
                .map(str::to_owned)
                .collect();
            for word in words.iter().filter(|word| !word.is_empty()) {
                assert!(written.contains(word.as_str()), "{word} is gone: {written}");
            }
            let whole = written.find("async fn whole").unwrap();
            assert!(written[..whole].contains("__resilience_member"), "{written}");
            if header.contains("trait") {
                assert!(written.contains("struct PlansResilient"), "{written}");
            }
        }
    }
}

#[test]
fn a_body_that_does_not_parse_is_kept_as_it_is() {
    let source = "#[retry_service(name = \"plans\")] impl Client { #[idempotent] fn broken(&self) -> R { self. } #[plain] fn whole(&self) -> R { let x = ; x } }";
    let item: TokenStream = source.parse().unwrap();

    let written = method::retry_service(quote!(name = "plans"), item.into_iter().skip(2).collect()).to_string();

    assert!(
        written.contains("{ self . }") && written.contains("let x = ; x"),
        "{written}"
    );
}

#[test]
fn an_attribute_that_does_not_parse_yet_leaves_the_methods_alone() {
    for options in [
        "name = ",
        "name = \"plans\", breaker",
        "name = \"plans\", breaker(failure_threshold = )",
        "retr",
    ] {
        let source = format!(
            "#[retry_service({options})] impl Client {{ #[idempotent] fn fetch(&self) -> R {{ get() }} #[apply] fn put(&self) -> R {{ put() }} }}"
        );

        let expanded = expand(&source, &[]).to_string();

        assert!(expanded.contains("fn fetch (& self) -> R { get () }"), "{expanded}");
        assert!(expanded.contains("fn put (& self) -> R { put () }"), "{expanded}");
        assert!(expanded.contains("compile_error"), "{expanded}");
    }
}

#[test]
fn a_mark_that_does_not_parse_yet_leaves_its_method_alone() {
    for options in [
        "attempt_timeout",
        "attempt_timeout = ",
        "retry",
        "retry(max_attempts = )",
        "=",
    ] {
        let Ok(_) = options.parse::<TokenStream>() else {
            continue;
        };
        let source = format!(
            "#[retry_service(name = \"plans\")] impl Client {{ #[idempotent({options})] async fn fetch(&self) -> R {{ get() }} #[plain] fn count(&self) -> R {{ 1 }} }}"
        );

        let expanded = expand(&source, &[]).to_string();

        assert!(
            expanded.contains("async fn fetch (& self) -> R { get () }"),
            "{expanded}"
        );
        assert!(
            expanded.contains("\"count\""),
            "the other method is an operation: {expanded}"
        );
        assert!(expanded.contains("compile_error"), "{expanded}");
    }
}

#[test]
fn a_decorator_is_there_as_soon_as_its_trait_has_a_name() {
    let expanded = expand(
        "#[retry_service(name = )] trait Plans { #[idempotent] fn get(&self) -> R; }",
        &[],
    )
    .to_string();

    assert!(expanded.contains("struct PlansResilient"), "{expanded}");
    assert!(
        expanded.contains("fn get (& self) -> R { < S as Plans > :: get (& self . inner) }"),
        "{expanded}"
    );
}
