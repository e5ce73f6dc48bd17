//! Finds the secrets in a text, in one pass from its start to its end.

use super::{
    MASK,
    keys::{self, Extent},
};
use std::{mem, ops::Range};

/// A part of the text.
pub(super) enum Piece<'t> {
    Plain(&'t str),
    Secret(&'t str),
}

/// Takes the text apart; one that `was_cut` may end inside a secret.
pub(super) fn each_piece<'t>(text: &'t str, was_cut: bool, mut found: impl FnMut(Piece<'t>)) {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        was_cut,
        token: Token::default(),
        last_name: 0..0,
    };
    let (mut at, mut plain_from) = (0, 0);
    while at < text.len() {
        match scan.step(at) {
            Step::On(next) => at = next,
            Step::Secret { from, to } => {
                found(Piece::Plain(&text[plain_from..from]));
                found(Piece::Secret(&text[from..to]));
                (at, plain_from) = (to, to);
            }
        }
    }
    found(Piece::Plain(&text[plain_from..]));
}

enum Step {
    /// Nothing to hide before this place.
    On(usize),
    Secret {
        from: usize,
        to: usize,
    },
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    was_cut: bool,
    token: Token,
    /// Where the last name was.
    last_name: Range<usize>,
}

/// What was found out about the token that ends at `end`, so that no token is searched twice.
#[derive(Default)]
struct Token {
    end: usize,
    last_at: Option<usize>,
}

const KEY_BEGIN: &str = "-----BEGIN ";
const KEY_END: &str = "-----END ";

/// The labels of blocks that hold a private key (RFC 7468 and OpenSSH's).
const PRIVATE_KEYS: [&str; 7] = [
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
];

impl Scan<'_> {
    fn step(&mut self, at: usize) -> Step {
        let here = self.bytes[at];
        if here == b':' && self.text[at..].starts_with("://") {
            self.url(at + 3)
        } else if here == b'-' && self.text[at..].starts_with(KEY_BEGIN) {
            self.pem(at)
        } else if is_name(here) {
            self.name(at)
        } else {
            Step::On(self.next_char(at))
        }
    }

    fn next_char(&self, at: usize) -> usize {
        let mut next = at + 1;
        while !self.text.is_char_boundary(next) {
            next += 1;
        }
        next
    }

    /// After `://`: user and password, up to the last `@` of the authority.
    fn url(&mut self, from: usize) -> Step {
        let end = self.end_of_token(from);
        let authority = self.find(from, end, |b| matches!(b, b'/' | b'?' | b'#'));
        if let Some(at) = self.text[from..authority].rfind('@') {
            return secret(from, from + at);
        }
        // A password may hold what ends an authority: `user:pa/ss@host`.
        let may_be_password = self.text[from..authority]
            .split_once(':')
            .is_some_and(|(_, port)| !port.bytes().all(|b| b.is_ascii_digit()));
        let last_at = self.token.last_at.filter(|at| *at > from && may_be_password);
        match last_at {
            Some(at) => secret(from, at),
            None if self.was_cut && end == self.text.len() => secret(from, end),
            None => Step::On(from),
        }
    }

    /// The end of the token that `from` is in; its last `@` is noted.
    fn end_of_token(&mut self, from: usize) -> usize {
        if from >= self.token.end {
            let end = self.find(from, self.text.len(), |b| {
                b.is_ascii_whitespace() || is_quote(b) || matches!(b, b'<' | b'>')
            });
            self.token = Token {
                end,
                last_at: self.text[from..end].rfind('@').map(|at| from + at),
            };
        }
        self.token.end
    }

    /// A private key.
    fn pem(&self, at: usize) -> Step {
        let label_end = self.find(at + KEY_BEGIN.len(), self.text.len(), |b| b == b'-');
        let label = &self.text[at + KEY_BEGIN.len()..label_end];
        if !PRIVATE_KEYS.contains(&label) {
            return Step::On(at + KEY_BEGIN.len());
        }
        let end = self.text[label_end..]
            .find(KEY_END)
            .map_or(self.text.len(), |end| label_end + end);
        secret(label_end, end)
    }

    /// A name: perhaps one before a secret.
    fn name(&mut self, at: usize) -> Step {
        let run = self.find(at, self.text.len(), |b| !is_name(b));
        // Dashes may begin a private key.
        let end = self.text[at + 1..run]
            .find("-----")
            .map_or(run, |dashes| at + 1 + dashes);
        let last = mem::replace(&mut self.last_name, at..end);
        let name = &self.text[at..end];
        if is_scheme(name) {
            if let Some(step) = self.bare_scheme(end) {
                return step;
            }
        }
        // Names of two words: `api key`.
        let follows = last.end + 1 == at && self.bytes[last.end] == b' ';
        let is_second = follows && matches!(name, "key" | "Key" | "KEY" | "string" | "String");
        let whole = if is_second { &self.text[last.start..end] } else { name };
        let Some(extent) = keys::secret_after(whole) else {
            return Step::On(end);
        };
        let value = self.after_separator(end).or_else(|| {
            // As an option of a command: `--password hunter2`.
            let spaced = self.skip_blanks(end);
            (name.starts_with("--") && spaced > end).then_some(spaced)
        });
        match value {
            Some(value) => self.value(value, extent),
            None => Step::On(end),
        }
    }

    /// Where the value begins, if what follows the name separates it from one: `=`, `:`, `=>` or `%3D`, also after a closing
    /// quote, and a comma between two quoted texts.
    fn after_separator(&self, end: usize) -> Option<usize> {
        let unquoted = self.skip(end, |b| b == b'\\' || is_quote(b) || b == b']');
        let at = self.skip_blanks(unquoted);
        let rest = &self.bytes[at..];
        if let Some(b"%3d" | b"%3D" | b"%3a" | b"%3A") = rest.first_chunk::<3>() {
            return Some(self.skip_blanks(at + 3));
        }
        if rest.first() == Some(&b',') && unquoted > end {
            let value = self.skip_blanks(at + 1);
            return self.bytes.get(value).is_some_and(|b| is_quote(*b)).then_some(value);
        }
        let separated = self.skip(at, |b| matches!(b, b'=' | b':'));
        // `token::Kind` and `secret://name` are no pairs.
        if separated == at || rest.starts_with(b"::") || rest.starts_with(b"://") {
            return None;
        }
        let value = if self.bytes.get(separated) == Some(&b'>') {
            separated + 1
        } else {
            separated
        };
        Some(self.skip_blanks(value))
    }

    fn value(&self, from: usize, extent: Extent) -> Step {
        if let Some(quoted) = self.quoted(from) {
            return secret(quoted.start, quoted.end);
        }
        let masked = from + MASK.len();
        if self.text[from..].starts_with(MASK) && !self.bytes.get(masked).is_some_and(|b| is_name(*b)) {
            return Step::On(masked);
        }
        let end_of_line = || self.find(from, self.text.len(), |b| matches!(b, b'\r' | b'\n'));
        match extent {
            Extent::Word => secret(from, self.end_of_value(from)),
            Extent::Line => secret(from, end_of_line()),
            Extent::Authorization => {
                let scheme_end = self.find(from, self.text.len(), |b| !is_name(b));
                let token = self.skip_blanks(scheme_end);
                if is_scheme(&self.text[from..scheme_end]) && token > scheme_end {
                    secret(token, self.end_of_word(token))
                } else {
                    secret(from, end_of_line())
                }
            }
        }
    }

    /// `Bearer` and `Basic` with what follows, where that looks like no word of a language.
    fn bare_scheme(&self, end: usize) -> Option<Step> {
        let from = self.skip_blanks(end);
        let to = self.skip(from, is_token);
        let token = &self.text[from..to];
        let is_plain = |b: u8| b.is_ascii_lowercase() || b == b'.';
        let is_word = token.len() < 16 && token.bytes().skip(1).all(is_plain);
        (from > end && token.len() >= 6 && !is_word).then(|| secret(from, to))
    }

    /// A value in quotes, which may be escaped themselves: the text between them.
    fn quoted(&self, from: usize) -> Option<Range<usize>> {
        let quote_at = self.skip(from, |b| b == b'\\');
        let quote = *self.bytes.get(quote_at).filter(|b| is_quote(**b))?;
        let escapes = quote_at - from;
        let inner = quote_at + 1;
        Some(inner..self.end_of_quoted(inner, quote, escapes))
    }

    /// The end of a value that is not in quotes. One that is itself a name with a value, as in `secret: password: hunter2`, ends
    /// with that.
    fn end_of_value(&self, from: usize) -> usize {
        let mut end = self.end_of_word(from);
        loop {
            let value = if self.text[from..end].ends_with([':', '=']) {
                self.skip_blanks(end)
            } else {
                match self.after_separator(end) {
                    Some(value) => value,
                    None => return end,
                }
            };
            let further = self
                .quoted(value)
                .map_or_else(|| self.end_of_word(value), |quoted| quoted.end);
            if further <= end {
                return end;
            }
            end = further;
        }
    }

    /// Where the text in quotes ends: before a quote with as many backslashes as the first had.
    fn end_of_quoted(&self, from: usize, quote: u8, escapes: usize) -> usize {
        let mut backslashes = 0;
        for (place, byte) in self.bytes.iter().enumerate().skip(from) {
            if *byte == b'\\' {
                backslashes += 1;
            } else if *byte == quote && backslashes <= escapes {
                return place - backslashes;
            } else {
                backslashes = 0;
            }
        }
        self.text.len()
    }

    /// The end of a value that is not in quotes; quoted parts of it, as in `Some("hunter2")`, belong to it.
    fn end_of_word(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if is_quote(byte) {
                let opens = at > from && matches!(self.bytes[at - 1], b'(' | b'[' | b'{' | b'=');
                if !opens {
                    break;
                }
                at = (self.end_of_quoted(at + 1, byte, 0) + 1).min(self.text.len());
            } else {
                let separates = byte.is_ascii_whitespace() || matches!(byte, b'&' | b';' | b'<' | b'>');
                if separates || matches!(byte, b',' | b')' | b'}' | b']') && self.ends_after(at) {
                    break;
                }
                at += 1;
            }
        }
        at
    }

    /// Whether punctuation at this place ends a value: nothing follows, or white space or more punctuation.
    fn ends_after(&self, at: usize) -> bool {
        self.bytes.get(at + 1).is_none_or(|next| {
            next.is_ascii_whitespace() || is_quote(*next) || matches!(next, b',' | b')' | b'}' | b']' | b'.')
        })
    }

    fn skip_blanks(&self, from: usize) -> usize {
        self.skip(from, |b| b.is_ascii_whitespace())
    }

    fn skip(&self, from: usize, skipped: impl Fn(u8) -> bool) -> usize {
        self.find(from, self.text.len(), |b| !skipped(b))
    }

    /// The first place from `from` on whose byte is the one sought, or `end`.
    fn find(&self, from: usize, end: usize, sought: impl Fn(u8) -> bool) -> usize {
        let found = self.bytes[from..end]
            .iter()
            .position(|b| sought(*b))
            .map_or(end, |place| from + place);
        count_visits(found - from);
        found
    }
}

/// A secret; nothing to hide where there is none between the two places.
fn secret(from: usize, to: usize) -> Step {
    if from < to {
        Step::Secret { from, to }
    } else {
        Step::On(to)
    }
}

fn is_scheme(name: &str) -> bool {
    ["bearer", "basic"]
        .iter()
        .any(|scheme| name.eq_ignore_ascii_case(scheme))
}

/// What a token in a header consists of: `token68` of RFC 9110.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

#[cfg(test)]
thread_local! {
    static VISITED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn count_visits(bytes: usize) {
    #[cfg(test)]
    VISITED.set(VISITED.get() + bytes);
    #[cfg(not(test))]
    let _ = bytes;
}

/// How many bytes are looked at to find the secrets in `text`.
#[cfg(test)]
pub(super) fn visited(text: &str) -> usize {
    VISITED.set(0);
    each_piece(text, false, |_| {});
    VISITED.get()
}
