//! From tokens to options as they were written: `word`, `key = value`, `key(..)`. What they mean is decided elsewhere.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Token};

use super::literal::At;
use crate::diagnostics::Diagnostics;

/// One option of a comma-separated list.
pub(crate) struct Written {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// `key`
    None,
    /// `key = value`
    Assigned(Expr),
    /// `key(..)`
    List(Group),
    /// Not readable, and already reported.
    Broken,
}

impl Written {
    pub(crate) fn span(&self) -> Span {
        self.key.span()
    }

    pub(crate) fn at<T>(&self, value: T) -> At<T> {
        let span = self.span();
        At { value, span }
    }
}

/// Reads a list of options, which look like `example`. A mistake in one of them does not hide the next one.
pub(crate) fn options(tokens: TokenStream, example: &str, errors: &mut Diagnostics) -> Vec<Written> {
    let read = |input: ParseStream<'_>| {
        let mut all = Vec::new();
        while !input.is_empty() {
            match input.call(Ident::parse_any) {
                Ok(key) => {
                    let value = value(&key, input, errors);
                    all.push(Written { key, value });
                }
                Err(_) => {
                    errors.error(
                        input.span(),
                        format!("expected the name of an option, as in `{example}`"),
                    );
                    if input.peek(LitStr) && example.starts_with("name") {
                        // Text without a word before it: what is missing is the word, not the name.
                        let key = Ident::new("name", input.span());
                        let value = Value::Broken;
                        all.push(Written { key, value });
                    }
                    skip_to_comma(input);
                }
            }
            separator(input, errors);
        }
        Ok(all)
    };
    // The closure consumes every token and never fails.
    read.parse2(tokens).unwrap_or_default()
}

fn value(key: &Ident, input: ParseStream<'_>, errors: &mut Diagnostics) -> Value {
    if input.peek(Token![=]) {
        let _: syn::Result<Token![=]> = input.parse();
        if input.is_empty() || input.peek(Token![,]) {
            errors.error(key.span(), format!("`{key} =` is not followed by a value"));
            return Value::Broken;
        }
        return match input.parse() {
            Ok(value) => Value::Assigned(value),
            Err(error) => {
                if error.to_string().starts_with("unexpected end of input") {
                    // The end has no place of its own.
                    errors.error(key.span(), format!("the value of `{key}` is not finished"));
                } else {
                    errors.syntax(error);
                }
                skip_to_comma(input);
                Value::Broken
            }
        };
    }
    let list = input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) if group.delimiter() == Delimiter::Parenthesis => Ok((group, rest)),
        _ => Err(cursor.error("no list")),
    });
    list.map_or(Value::None, Value::List)
}

/// The comma before the next option; whatever stands in front of it is reported once and skipped.
fn separator(input: ParseStream<'_>, errors: &mut Diagnostics) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    if input.peek(Ident::peek_any) {
        // Most likely a forgotten comma: what follows is still an option.
        errors.error(input.span(), "expected `,` before this option");
        return;
    }
    errors.error(input.span(), "expected `,`");
    skip_to_comma(input);
    let _: syn::Result<Token![,]> = input.parse();
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _: syn::Result<TokenTree> = input.parse();
    }
}
