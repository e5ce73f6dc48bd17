//! The expansions that the book shows are those of the example's methods.

use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{ImplItem, Item};

use super::{compiler, expansions::pretty};

#[test]
fn the_book_shows_what_the_example_expands_to() {
    let book = read("../docs/expanding.md");
    for method in ["find_tool", "apply_plan"] {
        let source = method_of_example(method);
        let expansion = pretty(&compiler::expand(&source, &[]));
        assert!(
            book.contains(&expansion),
            "docs/expanding.md lacks this expansion of {method}:\n{expansion}"
        );
    }
}

#[test]
fn the_book_shows_what_blocks_and_traits_expand_to() {
    let book = read("../docs/expanding.md");
    for shape in ["book_block", "book_implementation", "book_trait"] {
        for record in [format!("{shape}.rs"), format!("{shape}.expanded.rs")] {
            let text = read(&format!("src/snapshots/expansions/{record}"));
            let shown = format!("```rust,ignore\n{text}```\n");
            assert!(book.contains(&shown), "docs/expanding.md lacks {record}:\n{text}");
        }
    }
}

/// The method as the example has it, without its documentation.
fn method_of_example(name: &str) -> String {
    let client = syn::parse_file(&read("../resilience-core/examples/plan_service/client.rs")).unwrap();
    let impls = client.items.into_iter().filter_map(|item| match item {
        Item::Impl(item) => Some(item.items),
        _ => None,
    });
    let mut method = impls
        .flatten()
        .find_map(|item| match item {
            ImplItem::Fn(method) if method.sig.ident == name => Some(method),
            _ => None,
        })
        .unwrap_or_else(|| panic!("the example has no method {name}"));
    method.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
    method.to_token_stream().to_string()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
