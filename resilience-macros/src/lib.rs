//! Attributes.

mod args;
mod diagnostics;
mod expand;
mod item;
mod method;
mod seal;
mod signature;
mod site;
mod tokens;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// x
#[proc_macro_attribute]
pub fn retry_service(args: TokenStream, item: TokenStream) -> TokenStream {
    method::retry_service(args.into(), item.into()).into()
}

/// x
#[proc_macro_attribute]
pub fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    method::apply(args.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_attribute]
pub fn __resilience_seal_8c1d5be07a2f4396(args: TokenStream, item: TokenStream) -> TokenStream {
    seal::seal(args.into(), item.into()).into()
}
