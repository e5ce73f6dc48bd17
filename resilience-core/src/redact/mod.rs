//! Text of others made fit to leave the process: secrets masked, one line, no control characters, bounded length.
//!
//! Redaction is best effort: it knows URL credentials, `key=value` and `key: value` pairs in many spellings, authentication
//! headers, cookies and private keys in PEM. Where it cannot be sure where a secret ends, it removes too much rather than too
//! little. It reads each character a bounded number of times, and no more than [`MOST_READ`] bytes.

mod keys;
mod scan;

#[cfg(any(test, feature = "tracing", feature = "settings"))]
use std::fmt::{self, Write};

/// No text that leaves has more characters than this.
pub(crate) const MOST_CHARS: usize = 200;

/// What comes after this many bytes is not read.
const MOST_READ: usize = 8 * 1024;

/// In place of a secret.
const MASK: &str = "***";

/// At the end of a text that was cut.
const CUT: char = '…';

/// `text` without secrets and control characters, cut to [`MOST_CHARS`] characters after that.
pub(crate) fn text(text: &str) -> String {
    let read = beginning(text, MOST_READ);
    cleaned(read, read.len() < text.len())
}

/// What `value` displays, made fit to leave like [`text`]. It is not asked for more than is read.
#[cfg(any(test, feature = "tracing", feature = "settings"))]
pub(crate) fn displayed(value: &(impl fmt::Display + ?Sized)) -> String {
    let mut written = Bounded {
        text: String::new(),
        is_full: false,
    };
    // An error means that the text is full, or that the value cannot be displayed: what there is serves.
    let _ = write!(written, "{value}");
    cleaned(&written.text, written.is_full)
}

/// Takes the beginning of what is written to it, and ends the writing there.
#[cfg(any(test, feature = "tracing", feature = "settings"))]
struct Bounded {
    text: String,
    is_full: bool,
}

#[cfg(any(test, feature = "tracing", feature = "settings"))]
impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = MOST_READ - self.text.len();
        let taken = beginning(more, room);
        self.text.push_str(taken);
        self.is_full |= taken.len() < more.len();
        if self.is_full { Err(fmt::Error) } else { Ok(()) }
    }
}

/// The first characters of `text`, as many as fit into so many bytes.
fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The text without secrets; one that `was_cut` may end inside a secret.
fn cleaned(text: &str, was_cut: bool) -> String {
    let mut clean = Clean::default();
    scan::each_piece(text, was_cut, |piece| match piece {
        scan::Piece::Plain(plain) => plain.chars().for_each(|c| clean.push(c)),
        scan::Piece::Secret(secret) if is_masked(secret) => secret.chars().for_each(|c| clean.push(c)),
        scan::Piece::Secret(_) => MASK.chars().for_each(|c| clean.push(c)),
    });
    if was_cut {
        clean.push(CUT);
    }
    clean.finish()
}

/// Whether a secret has been masked before, and perhaps cut: a second pass changes nothing.
fn is_masked(secret: &str) -> bool {
    secret.chars().all(|c| c == '*' || c == CUT)
}

/// The text that leaves, as far as there is room.
#[derive(Default)]
struct Clean {
    text: String,
    chars: usize,
    /// The length at which one more character still fits.
    before_last: usize,
    is_over: bool,
}

impl Clean {
    fn push(&mut self, c: char) {
        if c.is_ascii_whitespace() {
            self.push_fit(' ');
        } else if is_unfit(c) {
            c.escape_default().for_each(|c| self.push_fit(c));
        } else {
            self.push_fit(c);
        }
    }

    fn push_fit(&mut self, c: char) {
        if self.chars == MOST_CHARS {
            self.is_over = true;
            return;
        }
        self.before_last = self.text.len();
        self.chars += 1;
        self.text.push(c);
    }

    fn finish(mut self) -> String {
        if self.is_over {
            self.text.truncate(self.before_last);
            self.text.push(CUT);
        }
        self.text
    }
}

/// Characters that end lines, command terminals, or are not seen and change how others are read.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests;
