//! The options of a method within a block: its own, and from the block those that it does not give itself.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

use crate::tokens::is_punct;

/// What kind of method inherits.
#[derive(Clone, Copy)]
pub(crate) struct Heir<'a> {
    /// The word `idempotent`, if the method may be repeated.
    pub(crate) idempotent: Option<Span>,
    pub(crate) asynchronous: bool,
    /// The names of its parameters.
    pub(crate) parameters: &'a [String],
}

/// The options that a method ends up with, as if they stood in one attribute.
pub(crate) fn inherited(own: &TokenStream, block: &TokenStream, heir: Heir<'_>) -> TokenStream {
    let own = split(own);
    let mut all = TokenStream::new();
    if let Some(place) = heir.idempotent {
        let word = Ident::new("idempotent", place);
        all.extend(quote!(#word,));
    }
    let block = split(block);
    let cloned = heir.idempotent.and_then(|_| cloned(&own, &block, heir.parameters));
    for option in &own {
        if option.is("clone") && cloned.is_some() {
            continue;
        }
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
        if !given && !meaningless && !answered && !option.is("clone") {
            let tokens = &option.tokens;
            all.extend(quote!(#(#tokens)*,));
        }
    }
    all.extend(cloned);
    all
}

/// `clone(..)` of the method, and what the block says of parameters that the method has.
fn cloned(own: &[Given], block: &[Given], parameters: &[String]) -> Option<TokenStream> {
    let list = |options: &[Given]| {
        let option = options.iter().find(|option| option.is("clone"))?;
        match &option.tokens[..] {
            [key, TokenTree::Group(names)] => Some((key.clone(), split(&names.stream()))),
            _ => None,
        }
    };
    let (key, of_block) = list(block)?;
    let of_own = list(own).map_or_else(Vec::new, |(_, names)| names);
    let mut names = of_own;
    for name in of_block {
        if parameters.contains(&name.key) && !names.iter().any(|own| own.key == name.key) {
            names.push(name);
        }
    }
    let names = names.iter().map(|name| {
        let tokens = &name.tokens;
        quote!(#(#tokens)*)
    });
    let names: Vec<TokenStream> = names.collect();
    (!names.is_empty()).then(|| quote!(#key(#(#names),*),))
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
            parameters: &["x".to_owned(), "y".to_owned()],
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

    #[test]
    fn a_method_clones_what_the_block_says_of_its_parameters() {
        let block = "clone(y, z), name = \"a\"";
        for (own, idempotent, expected) in [
            ("", true, "idempotent , name = \"a\" , clone (y) ,"),
            ("clone(x)", true, "idempotent , name = \"a\" , clone (x , y) ,"),
            ("clone(x, y)", true, "idempotent , name = \"a\" , clone (x , y) ,"),
            ("", false, "name = \"a\" ,"),
        ] {
            assert_eq!(of(own, block, idempotent, false), expected, "{own}");
        }
        assert_eq!(
            of("clone(x)", "name = \"a\"", true, false),
            "idempotent , clone (x) , name = \"a\" ,"
        );
        assert_eq!(of("", "clone(z)", true, false), "idempotent ,");
    }

    #[test]
    fn a_fallback_of_the_method_answers_in_place_of_what_the_block_says_of_interruptions() {
        assert_eq!(of("fallback = f", "interrupted = g", false, false), "fallback = f ,");
        assert_eq!(
            of("interrupted = f", "interrupted = g", false, false),
            "interrupted = f ,"
        );
    }
}
