//! The options of a method within a block: its own, and from the block those that it does not give itself.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use crate::tokens::is_punct;

/// What kind of method inherits.
#[derive(Clone, Copy)]
pub(crate) struct Heir {
    /// The word `idempotent`, if the method may be repeated.
    pub(crate) idempotent: Option<Span>,
    pub(crate) asynchronous: bool,
}

/// The options that a method ends up with, as if they stood in one attribute.
pub(crate) fn inherited(own: &TokenStream, block: &TokenStream, heir: Heir) -> TokenStream {
    let own = split(own);
    let mut all = TokenStream::new();
    if let Some(place) = heir.idempotent {
        let word = Ident::new("idempotent", place);
        all.extend(quote!(#word,));
    }
    let block = split(block);
    for option in &own {
        let below = block.iter().find(|below| below.is("retry") && option.is("retry"));
        let tokens = match below {
            Some(below) => nested(option, below),
            None => option.tokens.iter().cloned().collect(),
        };
        all.extend(quote!(#tokens,));
    }
    for option in &block {
        let given = own.iter().any(|own| own.key == option.key);
        // What a block says in general means nothing to the methods that cannot do it.
        let meaningless =
            option.is("retry") && heir.idempotent.is_none() || option.is("attempt_timeout") && !heir.asynchronous;
        // A fallback of the method answers an interruption, too.
        let answered = option.is("interrupted") && own.iter().any(|own| own.is("fallback"));
        if !given && !meaningless && !answered {
            let tokens = &option.tokens;
            all.extend(quote!(#(#tokens)*,));
        }
    }
    all
}

/// `retry(..)` of the method over `retry(..)` of the block, field by field.
fn nested(own: &Given, below: &Given) -> TokenStream {
    let (Some(TokenTree::Group(fields)), Some(TokenTree::Group(below))) = (own.tokens.get(1), below.tokens.get(1))
    else {
        return own.tokens.iter().cloned().collect();
    };
    let own_fields = split(&fields.stream());
    let attempts = |option: &Given| option.is("max_attempts") || option.is("max_retries");
    let rest: TokenStream = split(&below.stream())
        .iter()
        .filter(|below| {
            let said = |own: &Given| own.key == below.key || attempts(own) && attempts(below);
            !own_fields.iter().any(said)
        })
        .map(|below| {
            let tokens = &below.tokens;
            quote!(#(#tokens)*,)
        })
        .collect();
    let fields = own_fields.iter().map(|field| {
        let tokens = &field.tokens;
        quote!(#(#tokens)*)
    });
    let key = &own.tokens[0];
    quote!(#key(#(#fields,)* #rest))
}

/// One option, not yet understood.
struct Given {
    key: String,
    tokens: Vec<TokenTree>,
}

impl Given {
    fn is(&self, key: &str) -> bool {
        self.key == key
    }
}

/// Options, told apart by the commas between them; a comma within `<..>` or `|..|` belongs to no option's beginning.
fn split(tokens: &TokenStream) -> Vec<Given> {
    let mut options: Vec<Given> = Vec::new();
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut rest = &tokens[..];
    while !rest.is_empty() {
        let end = (0..rest.len()).find(|at| is_punct(&rest[*at], ',') && begins_option(&rest[at + 1..]));
        let (option, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind.get(1..).unwrap_or_default();
        if let Some(TokenTree::Ident(key)) = option.first() {
            options.push(Given {
                key: key.to_string(),
                tokens: option.to_vec(),
            });
        } else if !option.is_empty() {
            options.push(Given {
                key: String::new(),
                tokens: option.to_vec(),
            });
        }
    }
    options
}

/// Whether an option can begin here: at a word that a value, a list, a comma or nothing follows.
fn begins_option(tokens: &[TokenTree]) -> bool {
    match tokens {
        [] | [TokenTree::Ident(_)] | [TokenTree::Ident(_), TokenTree::Group(_), ..] => true,
        [TokenTree::Ident(_), next, ..] => is_punct(next, '=') || is_punct(next, ','),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Span, TokenStream};

    use super::{Heir, inherited};

    fn of(own: &str, block: &str, idempotent: bool, asynchronous: bool) -> String {
        let tokens = |text: &str| text.parse::<TokenStream>().unwrap();
        let heir = Heir {
            idempotent: idempotent.then(Span::call_site),
            asynchronous,
        };
        inherited(&tokens(own), &tokens(block), heir).to_string()
    }

    #[test]
    fn a_method_has_what_it_says_and_what_the_block_says_beside() {
        let block =
            "name = \"a\", retry(max_attempts = 4, factor = 2), attempt_timeout = \"2s\", classify = |a, b| c(a, b)";
        for (own, idempotent, asynchronous, expected) in [
            (
                "",
                true,
                true,
                "idempotent , name = \"a\" , retry (max_attempts = 4 , factor = 2) , attempt_timeout = \"2s\" , classify = | a , b | c (a , b) ,",
            ),
            ("", false, false, "name = \"a\" , classify = | a , b | c (a , b) ,"),
            (
                "attempt_timeout = \"1s\", classify = f",
                false,
                true,
                "attempt_timeout = \"1s\" , classify = f , name = \"a\" ,",
            ),
            (
                "retry(factor = 3)",
                true,
                false,
                "idempotent , retry (factor = 3 , max_attempts = 4 ,) , name = \"a\" , classify = | a , b | c (a , b) ,",
            ),
            (
                "retry(max_retries = 1), clone(x)",
                true,
                false,
                "idempotent , retry (max_retries = 1 , factor = 2 ,) , clone (x) , name = \"a\" , classify = | a , b | c (a , b) ,",
            ),
        ] {
            assert_eq!(of(own, block, idempotent, asynchronous), expected, "{own}");
        }
    }
}
