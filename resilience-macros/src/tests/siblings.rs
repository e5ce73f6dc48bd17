//! `#[apply]` and `idempotent` on one function, in every arrangement that the compiler allows.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use super::compiler::{self, Macro};
use super::expansions::pretty;
use crate::{method, seal};

/// Ours under other names, and attributes of somebody else.
const OTHERS: &[(&str, Macro)] = &[
    ("commit_point", method::apply),
    ("guarded", method::retry_service),
    ("instrument", wraps_the_body),
    ("cached", moves_the_body),
    ("adds_apply", |_, item| quote!(#[commit_point] #item)),
    ("adds_apply_at_the_end", adds_apply_at_the_end),
    ("adds_one_that_adds_apply", |_, item| {
        adds_at_the_end(item, &quote!(#[adds_apply_at_the_end]))
    }),
    ("drops_attributes", drops_attributes),
    ("replaces_the_body", replaces_the_body),
    ("harmless", |_, item| item),
];

/// As `tracing::instrument` does.
fn wraps_the_body(_: TokenStream, item: TokenStream) -> TokenStream {
    change_body(
        item,
        |body| quote!({ let span = enter(); async move #body.instrument(span).await }),
    )
}

/// As `cached` does.
fn moves_the_body(_: TokenStream, item: TokenStream) -> TokenStream {
    change_body(item, |body| quote!({ fn inner() -> R #body inner() }))
}

fn replaces_the_body(_: TokenStream, item: TokenStream) -> TokenStream {
    change_body(item, |_| quote!({ unimplemented!() }))
}

fn change_body(item: TokenStream, change: impl Fn(Group) -> TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else {
        panic!("no body");
    };
    let body = change(body);
    quote!(#(#tokens)* #body)
}

fn drops_attributes(_: TokenStream, item: TokenStream) -> TokenStream {
    let function = item
        .into_iter()
        .skip_while(|token| !matches!(token, TokenTree::Ident(_)));
    function.collect()
}

fn adds_apply_at_the_end(_: TokenStream, item: TokenStream) -> TokenStream {
    adds_at_the_end(item, &quote!(#[commit_point]))
}

fn adds_at_the_end(item: TokenStream, attribute: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let function = tokens
        .iter()
        .position(|token| matches!(token, TokenTree::Ident(_)))
        .unwrap();
    let (attributes, function) = tokens.split_at(function);
    quote!(#(#attributes)* #attribute #(#function)*)
}

const IDEMPOTENT: &str = "#[retry_service(name = \"plans\", idempotent)]";
const PLAIN: &str = "#[retry_service(name = \"plans\")]";
const FUNCTION: &str = "async fn commit(id: u32) -> R { { let inner = work(id).await; inner } }";

/// What is reported for these attributes on a function, and the function.
fn expanded(attributes: &str) -> (Vec<String>, String) {
    let source = format!("{attributes} {FUNCTION}");
    let expanded = compiler::expand(&source, OTHERS);
    let (function, _) = compiler::split(expanded.clone());
    let text = function.to_string();
    assert!(
        !text.to_lowercase().contains("__resilience"),
        "something is left behind: {text}"
    );
    let errors = compiler::errors(&source, &expanded);
    (
        errors.into_iter().map(|(_, message)| message).collect(),
        pretty(&function),
    )
}

#[test]
fn refused_in_every_arrangement() {
    let idempotent_alias = "#[guarded(name = \"plans\", idempotent)]";
    for attributes in [
        format!("{IDEMPOTENT} #[apply]"),
        format!("#[apply] {IDEMPOTENT}"),
        format!("{IDEMPOTENT} #[commit_point]"),
        format!("#[commit_point] {IDEMPOTENT}"),
        format!("{idempotent_alias} #[apply]"),
        format!("#[apply] {idempotent_alias}"),
        format!("{idempotent_alias} #[commit_point]"),
        format!("#[commit_point] {idempotent_alias}"),
        format!("#[::resilience_core::apply] {IDEMPOTENT}"),
        format!("{IDEMPOTENT} #[crate::facade::apply]"),
        // A module of the user's that has the name of a tool.
        format!("{IDEMPOTENT} #[diagnostic::apply]"),
        "#[apply] #[clippy::retry_service(name = \"plans\", idempotent)]".to_owned(),
        format!("{IDEMPOTENT} #[inline] /// text\n #[allow(dead_code)] #[commit_point] #[must_use]"),
        format!("{IDEMPOTENT} #[instrument] #[commit_point]"),
        format!("#[commit_point] #[instrument] {IDEMPOTENT}"),
        format!("{IDEMPOTENT} #[cached] #[commit_point]"),
        format!("#[commit_point] #[cached] {IDEMPOTENT}"),
        format!("{IDEMPOTENT} #[adds_apply]"),
        format!("{IDEMPOTENT} #[adds_apply_at_the_end]"),
        format!("{IDEMPOTENT} #[adds_one_that_adds_apply]"),
        format!("#[adds_apply] {IDEMPOTENT}"),
        format!("#[adds_apply_at_the_end] {IDEMPOTENT}"),
        format!("{IDEMPOTENT} #[apply] #[drops_attributes]"),
        format!("{IDEMPOTENT} #[replaces_the_body] #[commit_point]"),
        format!("#[commit_point] #[replaces_the_body] {IDEMPOTENT}"),
        format!("#[commit_point] {PLAIN} {IDEMPOTENT}"),
        format!("{PLAIN} #[commit_point] {IDEMPOTENT}"),
    ] {
        let (errors, _) = expanded(&attributes);
        let refused = errors.iter().any(|message| {
            message.contains("contradict each other") || message.contains("a second `#[retry_service]`")
        });
        assert!(refused, "{attributes}: {errors:?}");
        assert_eq!(errors.len(), 2, "{attributes}: {errors:?}");
    }
}

#[test]
fn a_marker_survives_where_the_seal_is_dropped() {
    // The attribute that drops them keeps what is below it.
    let source = format!("{IDEMPOTENT} #[harmless] {FUNCTION}");
    let tokens: TokenStream = source.parse().unwrap();
    let mut expanded = method::retry_service(quote!(name = "plans", idempotent), tokens.into_iter().skip(2).collect());
    expanded = drops_attributes(TokenStream::new(), expanded);
    let expanded = method::apply(TokenStream::new(), expanded);
    assert!(expanded.to_string().contains("contradict each other"), "{expanded}");
}

#[test]
fn accepted_where_nothing_is_wrong() {
    for attributes in [
        IDEMPOTENT,
        PLAIN,
        "#[apply]",
        "#[commit_point]",
        "#[instrument] #[apply] #[cached]",
        "#[retry_service(name = \"plans\", idempotent)] #[other::apply(now)]",
        "#[retry_service(name = \"plans\", idempotent)] #[instrument]",
        "#[retry_service(name = \"plans\", idempotent)] #[replaces_the_body]",
        "#[retry_service(name = \"plans\")] #[apply]",
    ] {
        let attributes = attributes.replace("#[other::apply(now)]", "#[harmless] #[unknown]");
        let (errors, _) = expanded(&attributes);
        assert!(errors.is_empty(), "{attributes}: {errors:?}");
    }
}

#[test]
fn words_in_the_body_are_no_marks() {
    let source = format!(
        "{IDEMPOTENT} async fn commit() -> R {{ #[apply] fn inner() -> R {{ apply() }} let idempotent = seal; inner() }}"
    );
    let expanded = compiler::expand(&source, OTHERS);
    assert_eq!(compiler::errors(&source, &expanded), []);
}

#[test]
fn an_apply_of_a_service_is_the_same_in_both_orders() {
    let (_, expected) = expanded(&format!("#[apply] {PLAIN}"));
    assert_eq!(expected.matches("Operation::apply(").count(), 1, "{expected}");
    assert!(!expected.contains("begin_apply"), "{expected}");
    for attributes in [
        format!("{PLAIN} #[apply]"),
        format!("{PLAIN} #[commit_point]"),
        format!("#[commit_point] {PLAIN}"),
        format!("{PLAIN} #[harmless] #[commit_point]"),
        format!("#[commit_point] #[harmless] {PLAIN}"),
        format!("{PLAIN} #[commit_point] #[harmless]"),
        format!("{PLAIN} #[adds_apply]"),
        format!("{PLAIN} #[adds_apply_at_the_end]"),
    ] {
        let (errors, function) = expanded(&attributes);
        assert!(errors.is_empty(), "{attributes}: {errors:?}");
        assert_eq!(function, expected, "{attributes}");
    }
}

#[test]
fn an_apply_of_a_service_is_one_inside_another_macro_too() {
    for attributes in [
        format!("{PLAIN} #[instrument] #[apply]"),
        format!("#[apply] #[instrument] {PLAIN}"),
        format!("{PLAIN} #[cached] #[apply]"),
        format!("#[apply] #[cached] {PLAIN}"),
    ] {
        let (errors, function) = expanded(&attributes);
        assert!(errors.is_empty(), "{attributes}: {errors:?}");
        assert_eq!(function.matches("Operation::apply(").count(), 1, "{function}");
        assert!(!function.contains("Operation::plain("), "{function}");
        assert!(!function.contains("begin_apply"), "{function}");
    }
}

#[test]
fn a_body_that_somebody_replaced_is_fenced() {
    let (errors, function) = expanded(&format!("{PLAIN} #[replaces_the_body] #[apply]"));
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(function.matches("begin_apply").count(), 1, "{function}");
}

#[test]
fn nothing_is_left_behind_where_nothing_can_follow() {
    let source = format!("#[inline] #[doc = \"x\"] {FUNCTION}");
    let item: TokenStream = source.parse().unwrap();
    let expanded = method::retry_service(quote!(name = "plans", idempotent), item).to_string();
    assert!(!expanded.to_lowercase().contains("__resilience"), "{expanded}");
}

#[test]
fn a_seal_on_something_else_goes_quietly() {
    let item = quote!(
        struct Plan;
    );
    let args = quote!(apply, ::resilience_core);
    assert_eq!(seal::seal(args, item.clone()).to_string(), item.to_string());
}
