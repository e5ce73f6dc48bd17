//! What an editor shows the macros while somebody types: nothing panics, and the item is still there.

use proc_macro2::TokenStream;

use crate::{classify, method};

const ARGUMENTS: &[&str] = &[
    "",
    "n",
    "name",
    "name =",
    "name = \"\"",
    "name = \"plans\",",
    "name = \"plans\", ide",
    "name = \"plans\", idempotent, retry",
    "name = \"plans\", idempotent, retry()",
    "name = \"plans\", idempotent, retry(max_",
    "name = \"plans\", idempotent, retry(max_attempts =",
    "name = \"plans\", idempotent, retry(jitter = proportional(",
    "name = \"plans\", idempotent, clone(",
    "name = \"plans\", idempotent, clone(id, ",
    "name = \"plans\", classify = ",
    "name = \"plans\", classify = |found: &",
    "name = \"plans\", fallback = |",
    "name = \"plans\", fallback = |failure|",
    "name = \"plans\", fallback = |failure| failure.",
    "name = \"plans\", fallback = async |failure| { failure. }",
    "name = \"plans\", fallback = async",
    "service = self.",
    "service = , idempotent",
    "crate = ",
    "crate = ::",
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
            let expanded = method::retry_service(tokens(arguments), tokens(function)).to_string();
            assert!(
                expanded.contains("fn fetch (& self , id : u32) -> R"),
                "{arguments}: {expanded}"
            );
            assert!(expanded.contains("get (id)"), "{arguments}: {expanded}");
            let expanded = method::apply(tokens(arguments), tokens(function)).to_string();
            assert!(
                expanded.contains("fn fetch (& self , id : u32) -> R"),
                "{arguments}: {expanded}"
            );
        }
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
