//! Attributes of somebody else, friendly and hostile. They stand beside `#[retry_service]` and `#[apply]`, and do what
//! attributes out there do: wrap a body, move it, add attributes, drop them.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// A function or method: its attributes, what follows up to the body, and the body.
struct Function {
    attributes: Vec<TokenStream>,
    signature: TokenStream,
    body: TokenTree,
}

impl Function {
    fn read(item: TokenStream) -> Self {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let body = tokens.pop().into_iter().collect::<TokenStream>();
        let first_word = tokens.iter().position(|token| matches!(token, TokenTree::Ident(_)));
        let signature = tokens.split_off(first_word.unwrap_or_default());
        Self {
            attributes: tokens.chunks(2).map(|pair| pair.iter().cloned().collect()).collect(),
            signature: signature.into_iter().collect(),
            body: body
                .into_iter()
                .next()
                .unwrap_or_else(|| Group::new(Delimiter::Brace, TokenStream::new()).into()),
        }
    }

    fn write(self) -> TokenStream {
        let mut all: TokenStream = self.attributes.into_iter().collect();
        all.extend(self.signature);
        all.extend([self.body]);
        all
    }

    /// Puts `before` and `after` round the body.
    fn wrap(mut self, before: &str, after: &str) -> TokenStream {
        let mut inside = tokens(before);
        inside.extend([self.body]);
        inside.extend(tokens(after));
        self.body = Group::new(Delimiter::Brace, inside).into();
        self.write()
    }
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

/// `#[name]`, as if the user had written it.
fn attribute(name: &str) -> TokenStream {
    let name = TokenTree::from(Ident::new(name, Span::call_site()));
    let group = Group::new(Delimiter::Bracket, name.into());
    tokens("#").into_iter().chain([TokenTree::from(group)]).collect()
}

/// Does nothing.
#[proc_macro_attribute]
pub fn harmless(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Does nothing either, under the name of one of the framework's.
#[proc_macro_attribute]
pub fn apply(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// Adds the attribute that it is given, in front of all others.
#[proc_macro_attribute]
pub fn adds_on_top(name: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = Function::read(item);
    function.attributes.insert(0, attribute(&name.to_string()));
    function.write()
}

/// Adds the attribute that it is given, behind all others.
#[proc_macro_attribute]
pub fn adds_at_the_end(name: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = Function::read(item);
    function.attributes.push(attribute(&name.to_string()));
    function.write()
}

/// Moves the body into a function of its own, as caches do. For functions without arguments.
#[proc_macro_attribute]
pub fn moves_the_body(_: TokenStream, item: TokenStream) -> TokenStream {
    Function::read(item).wrap("fn inner() -> Result<(), Error>", "inner()")
}

/// Makes a closure of the body, and calls it.
#[proc_macro_attribute]
pub fn wraps_in_a_closure(_: TokenStream, item: TokenStream) -> TokenStream {
    Function::read(item).wrap("let inner = || -> Result<(), Error>", "; inner()")
}

/// Drops all attributes that are still there.
#[proc_macro_attribute]
pub fn drops_attributes(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = Function::read(item);
    function.attributes.clear();
    function.write()
}

/// Drops the attribute that it is given.
#[proc_macro_attribute]
pub fn drops(name: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = Function::read(item);
    let name = format!("[{name}]");
    function
        .attributes
        .retain(|attribute| !attribute.to_string().contains(&name));
    function.write()
}

/// Drops what the framework leaves behind, as far as it is an attribute.
#[proc_macro_attribute]
pub fn drops_seals(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = Function::read(item);
    function
        .attributes
        .retain(|attribute| !attribute.to_string().contains("seal"));
    function.write()
}

/// Puts another body in the place of the user's.
#[proc_macro_attribute]
pub fn replaces_the_body(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = Function::read(item);
    function.body = Group::new(Delimiter::Brace, tokens("Ok(())")).into();
    function.write()
}
