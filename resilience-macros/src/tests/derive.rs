//! `#[derive(Classify)]`: what it writes, and what it says when something is wrong.

use std::path::Path;

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{File, Item};

use super::compiler;
use crate::classify;

/// The implementations, and the errors.
fn derived(source: &str) -> (Vec<Item>, Vec<(String, String)>) {
    let expanded = classify::derive(source.parse().unwrap());
    let file: File = syn::parse2(expanded).unwrap();
    let (errors, implementations): (Vec<_>, Vec<_>) =
        file.items.into_iter().partition(|item| matches!(item, Item::Macro(_)));
    let errors: TokenStream = quote!(; #(#errors)*);
    // The semicolon behind `compile_error!{..}` is not written.
    (implementations, compiler::errors(source, &errors))
}

fn snapshot(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/snapshots").join(name)
}

#[test]
fn every_shape_is_derived_as_recorded() {
    let mut record = String::new();
    for source in [
        "enum E { #[transient] A, #[permanent] B(u8, u8), #[ignored] C { c: u8 }, #[throttled] D, #[throttled(after = 1)] E(u8, Duration), #[throttled(after = r#type)] F { r#type: Option<Duration> } }",
        "enum E { #[interruption] Ours(Interruption), #[classify(transparent)] Io(io::Error), Named { #[source] cause: io::Error, line: u32 }, Made(#[from] io::Error), #[error(transparent)] Boxed(Boxed) }",
        "#[permanent] enum E { A, #[transient] B, C(u8) }",
        "#[throttled] enum E { A }",
        "enum E {}",
        "enum E<'a, T: Clone = u8, const N: usize = 3> where T: Debug { #[transient] A(&'a T, [u8; N]), #[classify(transparent)] B(Box<T>), #[interruption] C(Interruption) }",
        "enum E { #[interruption] Ours(#[from] Interruption), #[deprecated] #[transient] Old }",
        "#[classify(crate = crate::facade)] #[interruption] struct E { r#in: Interruption }",
        "#[transient] struct E;",
        "#[throttled(after = 0)] struct E(Duration);",
        "struct E { path: PathBuf, #[source] cause: io::Error }",
        "enum E { #[classify(with = of_status)] Status(StatusCode), #[classify(with = |code, body| of(*code, body))] Answer { code: u16, body: String }, #[classify(with = nothing)] Unit }",
        "enum E { #[transient(if = StatusCode::is_server_error)] #[throttled(after = 1, if = |status, _| *status == 429)] #[permanent] Status(StatusCode, Duration) }",
        "#[permanent] enum E { Foreign(#[from] Foreign), #[ignored(if = is_own)] Own { #[source] own: Own }, #[transient] Down }",
        "#[classify(with = of_status)] struct E { status: StatusCode }",
    ] {
        let (items, errors) = derived(source);
        assert_eq!(errors, [], "{source}");
        let file = File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items,
        };
        record.extend(["// ", source, "\n", &prettyplease::unparse(&file), "\n"]);
    }
    expect_file![snapshot("derived.rs")].assert_eq(&record);
}

#[test]
fn every_mistake_is_explained_and_an_implementation_is_there_all_the_same() {
    let mut record = String::new();
    for source in [
        "enum E { A, B(u8), #[transient] C }",
        "struct E;",
        "struct E(io::Error);",
        "enum E { #[transient] #[permanent] A, #[ignored] #[ignored] B }",
        "enum E { #[transient(now)] A, #[permanent = 3] B, #[interruption(x)] C(Interruption) }",
        "enum E { #[throttled(after)] A, #[throttled(after = )] B, #[throttled(later = wait)] C { wait: Duration }, #[throttled = 3] D }",
        "enum E { #[throttled(after = wiat)] A { wait: Duration, code: u16 }, #[throttled(after = wait)] B, #[throttled(after = 2)] C(u8, Duration) }",
        "enum E { #[throttled(after = \"wait\")] A { wait: Duration }, #[throttled(after = wait, more)] B { wait: Duration }, #[throttled(after = -1)] C(u8) }",
        "enum E { #[interruption] A, #[interruption] B(Interruption, u8), #[classify(transparent)] C, #[classify(transparent)] D(io::Error, u8) }",
        "enum E { #[interruption] A(Interruption), #[interruption] B(Interruption) }",
        "enum E { #[classify(transparent)] A(#[source] io::Error, #[source] io::Error), B { #[from] a: X, #[source] b: Y } }",
        "enum E { A(#[transient] u8), #[transient] B { #[throttled(after = x)] x: Duration } }",
        "#[interruption] enum E { A }",
        "#[classify(transparent)] enum E { A }",
        "#[throttled(after = wait)] enum E { A { wait: Duration } }",
        "#[transient] #[permanent] enum E { A }",
        "enum E { #[classify] A, #[classify()] B, #[classify(transient)] C, #[classify(permanant)] D, #[classify(source)] F(u8), #[classify(transparent = 3)] G(io::Error) }",
        "#[classify(crate = facade)] enum E { #[transient] A }",
        "enum E { #[classify(crate = ::facade)] #[transient] A }",
        "enum E { #[transient(if = a)] #[ignored(if = b)] A(u8), #[transient(if)] B(u8), #[permanent(if = 3)] C(u8), #[permanent(unless = f)] D(u8) }",
        "enum E { #[transient(if = |a, b| true)] #[permanent] A(u8), #[classify(with = || kind())] B(u8), #[classify(with)] C(u8), #[classify(with = f, transparent)] D(u8) }",
        "#[transient(if = f)] enum E { A }",
        "#[classify(with = f)] enum E { A }",
        "union E { a: u8, b: u16 }",
    ] {
        let (implementations, errors) = derived(source);
        assert!(!errors.is_empty(), "nothing is wrong with {source}");
        let classify = quote!(#(#implementations)*).to_string();
        assert!(classify.contains(":: Classify for E"), "{source}: {classify}");
        let converts = source.contains("#[interruption] A(") || source.contains("#[interruption(x)]");
        assert_eq!(classify.contains("From <"), converts, "{source}: {classify}");
        record.extend([source, "\n"]);
        for (underlined, message) in errors {
            record.extend(["    ", &underlined, "\n        ", &message, "\n"]);
        }
        record += "\n";
    }
    expect_file![snapshot("messages/derive.txt")].assert_eq(&record);
}
