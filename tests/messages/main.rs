//! What the compiler says: our own messages as a user sees them, and rustc's at the places that we give it.
//!
//! The words of rustc change: the toolchain of this workspace is the one whose words are recorded here.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a missing file fails the test")]

mod arrangements;

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("messages/arrangements/*.rs");
    cases.compile_fail("messages/fail/*.rs");
}
