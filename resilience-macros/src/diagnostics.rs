//! Mistakes: collected first, reported together, each at its token.
//!
//! The voice of every message: lower case, no full stop, code in backticks; what is wrong, then what would be right.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// More mistakes than anybody reads: the compiler shows the source with each of them, and that may be a very long line.
const MOST: usize = 50;

/// The longest word that a message repeats.
const LONGEST_WORD: usize = 60;

/// The mistakes found so far. Nothing stops at the first one.
#[derive(Default)]
pub(crate) struct Diagnostics {
    /// At most [`MOST`].
    errors: Vec<syn::Error>,
    /// Those that came after them.
    more: usize,
}

impl Diagnostics {
    /// A mistake at one token.
    pub(crate) fn error(&mut self, span: Span, message: impl Display) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.errors.push(syn::Error::new(span, shortened(&message.to_string())));
        }
    }

    /// A mistake that several tokens make together; all of them are underlined.
    pub(crate) fn error_over(&mut self, tokens: impl ToTokens, message: impl Display) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.errors
                .push(syn::Error::new_spanned(tokens, shortened(&message.to_string())));
        }
    }

    /// What the parser of Rust itself found wrong.
    pub(crate) fn syntax(&mut self, error: syn::Error) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.errors.push(error);
        }
    }

    /// The mistakes of another collection behind these.
    pub(crate) fn append(&mut self, others: Self) {
        for error in others.errors {
            self.syntax(error);
        }
        self.more += others.more;
    }

    /// Whether further mistakes are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= MOST
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// One `compile_error!` for each mistake, in the order in which they were found.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        let mut errors: TokenStream = self.errors.iter().map(syn::Error::to_compile_error).collect();
        if let (Some(last), 1..) = (self.errors.last(), self.more) {
            let more = format!("and {} more mistakes like these", self.more);
            errors.extend(syn::Error::new(last.span(), more).to_compile_error());
        }
        errors
    }
}

/// The message with what is left of words that go on for ever.
fn shortened(message: &str) -> String {
    let words = message
        .split(' ')
        .map(|word| match word.char_indices().nth(LONGEST_WORD) {
            Some((end, _)) => {
                let quote = if word.starts_with('`') { "`" } else { "" };
                format!("{}..{quote}", &word[..end])
            }
            None => word.to_owned(),
        });
    words.collect::<Vec<_>>().join(" ")
}

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    const FAR: usize = 2;
    let letters = word.chars().take(LONGEST_WORD).count();
    candidates
        .iter()
        // Each letter too many is one edit: what is much longer or shorter is not looked at.
        .filter(|candidate| letters.abs_diff(candidate.chars().count()) <= FAR)
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= FAR && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b` and `c` ``
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// How many letters must be put in, taken out or replaced, a swap of neighbours counting once.
fn distance(from: &str, to: &str) -> usize {
    #[cfg(test)]
    tests::count_distance(from, to);
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=to.len()).collect();
    for i in 1..=from.len() {
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Diagnostics, LONGEST_WORD, MOST, distance, list, nearest, shortened};
    use proc_macro2::Span;
    use std::cell::Cell;

    thread_local! {
        /// The letters compared with letters.
        static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count_distance(from: &str, to: &str) {
        COMPARED.set(COMPARED.get() + from.len() * to.len());
    }

    /// How many letters `work` compares with letters.
    pub(crate) fn compared(work: impl FnOnce()) -> usize {
        COMPARED.set(0);
        work();
        COMPARED.get()
    }

    #[test]
    fn a_word_without_end_is_compared_with_nothing() {
        let word = "x".repeat(100_000);
        let compared = compared(|| assert_eq!(nearest(&word, &["name", "clone", "idempotent"]), None));
        assert_eq!(compared, 0);
    }

    #[test]
    fn a_message_repeats_the_beginning_of_a_long_word() {
        let message = shortened(&format!("unknown option `{}`, known: `name`", "x".repeat(100_000)));
        let start = "x".repeat(LONGEST_WORD - 1);
        assert_eq!(message, format!("unknown option `{start}..` known: `name`"));
    }

    #[test]
    fn mistakes_beyond_the_most_are_counted() {
        let mut errors = Diagnostics::default();
        for number in 0..5_000 {
            errors.error(Span::call_site(), format!("mistake {number}"));
        }
        let mut others = Diagnostics::default();
        others.error(Span::call_site(), "another");
        errors.append(others);

        let tokens = errors.into_compile_errors().to_string();

        assert_eq!(tokens.matches("compile_error").count(), MOST + 1);
        assert!(tokens.contains("and 4951 more mistakes like these"), "{tokens}");
    }

    #[test]
    fn distance_counts_edits_and_swaps() {
        assert_eq!(distance("idempotent", "idempotent"), 0);
        assert_eq!(distance("idempotant", "idempotent"), 1);
        assert_eq!(distance("nmae", "name"), 1);
        assert_eq!(distance("", "name"), 4);
    }

    #[test]
    fn nearest_is_near_or_nothing() {
        let words = ["name", "clone", "idempotent"];
        assert_eq!(nearest("idempotant", &words), Some("idempotent"));
        assert_eq!(nearest("nmae", &words), Some("name"));
        assert_eq!(nearest("deadline", &words), None);
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
