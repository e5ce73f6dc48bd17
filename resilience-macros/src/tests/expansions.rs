//! One file for each shape in `snapshots/expansions/`: what the user writes, and beside it what the compiler gets.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::quote;

use super::compiler;

#[test]
fn every_shape_expands_as_recorded() {
    let shapes = sources();
    assert!(shapes.len() >= 30, "only {} shapes found", shapes.len());
    for shape in shapes {
        let source = fs::read_to_string(&shape).unwrap();
        let expanded = compiler::expand(&source, &[]);
        assert!(
            compiler::errors(&source, &expanded).is_empty(),
            "{}: {expanded}",
            shape.display()
        );
        let expanded = match syn::parse2(expanded.clone()) {
            Ok(file) if compiler::is_block(&expanded) => prettyplease::unparse(&file),
            _ => pretty(&expanded),
        };
        expect_file![shape.with_extension("expanded.rs")].assert_eq(&expanded);
    }
    assert_eq!(files("expanded.rs").len(), sources().len(), "a record without a shape");
}

/// Formatted as a method, so that `self` is legal.
pub(super) fn pretty(function: &TokenStream) -> String {
    let file = syn::parse2(quote!(impl Client { #function })).unwrap();
    let text = prettyplease::unparse(&file);
    let inner = text
        .trim_end()
        .strip_prefix("impl Client {\n")
        .and_then(|text| text.strip_suffix('}'))
        .unwrap();
    let lines = inner.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn sources() -> Vec<PathBuf> {
    let expanded = files("expanded.rs");
    files(".rs")
        .into_iter()
        .filter(|path| !expanded.contains(path))
        .collect()
}

fn files(ending: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/snapshots/expansions");
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}
