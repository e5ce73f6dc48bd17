//! What an editor shows the macros while somebody types. Nothing panics, whatever does not parse yet is given back, and it takes
//! nothing else down with it.

use proc_macro2::TokenStream;
use quote::quote;

use super::compiler::expand;
use crate::{classify, method};

/// What somebody has written of an attribute's options: whatever stands in the last place is not finished.
const ARGUMENTS: &[&str] = &[
    "n",
    "name",
    "name =",
    "name = \"\"",
    "name = \"plans\", ide",
    "name = \"plans\", retry",
    "name = \"plans\", retry(max_",
    "name = \"plans\", retry(max_attempts",
    "name = \"plans\", retry(max_attempts =",
    "name = \"plans\", retry(jitter = proportional(",
    "name = \"plans\", attempt_timeout",
    "name = \"plans\", attempt_timeout =",
    "name = \"plans\", clone(",
    "name = \"plans\", clone(id, ",
    "name = \"plans\", classify = ",
    "name = \"plans\", classify = |found: &",
    "name = \"plans\", fallback = |",
    "name = \"plans\", fallback = |failure|",
    "name = \"plans\", fallback = |failure| failure.",
    "name = \"plans\", fallback = async |failure| { failure. }",
    "name = \"plans\", fallback = async",
    "name = \"plans\", breaker",
    "name = \"plans\", breaker(failure_",
    "name = \"plans\", breaker(failure_threshold =",
    "name = \"plans\", budget(capacity = ",
    "service = self.",
    "service = , idempotent",
    "crate = ",
    "crate = ::",
    "retr",
    "=",
    ", , =",
];

const ITEMS: &[&str] = &[
    "async fn fetch(&self, id: u32) -> R { self. }",
    "async fn fetch(&self, id: u32) -> R { let x = ; fetch( }",
    "async fn fetch(&self, id: u32) -> R { match { }",
    "async fn fetch(&self, id: u32) -> { }",
    "async fn fetch(&self, id: ) -> R {}",
    "async fn fetch(&self, id) -> R {}",
    "async fn fetch(&self, ) -> Result<u32, > {}",
    "async fn fetch(&self) -> R",
    "async fn fetch(&self) -> R;",
    "fn fetch(",
    "fn fetch",
    "pub async fn fetch<T: >(&self) where T: {}",
    "fn fetch() -> impl Future<Output = > { async move { } }",
    "fn fetch() -> impl Future<Output = R> { async move { self. } }",
    "/// text\n#[inline] #[ fn fetch() {}",
];

/// With the delimiters closed, as an editor does.
fn tokens(text: &str) -> TokenStream {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => while open.pop().is_some_and(|expected| expected != c) {},
            _ => {}
        }
    }
    let closed: String = text.chars().chain(open.into_iter().rev()).collect();
    closed.parse().unwrap_or_default()
}

#[test]
fn an_unfinished_argument_leaves_the_function() {
    for arguments in ARGUMENTS {
        for function in [
            "async fn fetch(&self, id: u32) -> R { get(id).await }",
            "fn fetch(&self, id: u32) -> R { get(id) }",
        ] {
            for attribute in [method::retry_service, method::apply] {
                let expanded = attribute(tokens(arguments), tokens(function)).to_string();

                let kept = expanded.contains(&tokens(function).to_string());
                assert!(kept, "{arguments}: {expanded}");
                assert!(expanded.contains("compile_error"), "{arguments}: {expanded}");
            }
        }
    }
}

#[test]
fn an_unfinished_argument_of_a_block_leaves_its_methods_alone() {
    for arguments in ARGUMENTS {
        let arguments = tokens(arguments);
        for source in [
            format!(
                "#[retry_service({arguments})] impl Client {{ #[idempotent] fn fetch(&self) -> R {{ get() }} #[apply] fn put(&self) -> R {{ put() }} }}"
            ),
            format!(
                "#[retry_service({arguments})] trait Client {{ #[idempotent] fn fetch(&self) -> R {{ get() }} #[apply] fn put(&self) -> R {{ put() }} }}"
            ),
        ] {
            let expanded = expand(&source, &[]).to_string();

            assert!(expanded.contains("fn fetch (& self) -> R { get () }"), "{expanded}");
            assert!(expanded.contains("fn put (& self) -> R { put () }"), "{expanded}");
            assert!(expanded.contains("compile_error"), "{expanded}");
        }
    }
}

#[test]
fn an_unfinished_argument_of_a_mark_leaves_its_method_alone() {
    for arguments in ARGUMENTS {
        let arguments = tokens(arguments);
        let source = format!(
            "#[retry_service(name = \"plans\")] impl Client {{ #[idempotent({arguments})] async fn fetch(&self) -> R {{ get() }} #[plain] fn count(&self) -> R {{ 1 }} }}"
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
fn an_unfinished_function_stays_what_it_was() {
    for item in ITEMS {
        let item = tokens(item);
        let expanded = [
            method::retry_service(tokens("name = \"plans\", idempotent, clone(id)"), item.clone()),
            method::retry_service(tokens("name = \"plans\""), item.clone()),
            method::apply(TokenStream::new(), item.clone()),
        ];
        for expanded in expanded {
            let expanded = expanded.to_string();
            let kept = !item.to_string().contains("fetch") || expanded.contains("fetch");
            assert!(kept, "{item}: {expanded}");
        }
    }
}

#[test]
fn an_unfinished_error_type_is_no_reason_to_panic() {
    for item in [
        "",
        "enum",
        "enum E",
        "enum E { A, #[ }",
        "enum E { #[transient] }",
        "enum E { #[throttled( A }",
        "enum E { #[throttled(after] A }",
        "enum E { #[throttled(after =)] A { wait: } }",
        "enum E { #[classify( A }",
        "struct E { wait: }",
        "fn e() {}",
    ] {
        let expanded = classify::derive(tokens(item));
        assert!(expanded.to_string().contains("compile_error"), "{item}: {expanded}");
    }
}

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
