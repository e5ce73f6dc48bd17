//! Which names stand before a secret.

/// How far the value after a name goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// One word, or one quoted text.
    Word,
    /// An authentication scheme and its parameters.
    Authorization,
    /// One quoted text, or the rest of the line.
    Line,
}

/// Names that hold a secret wherever they occur in a longer name: `db_password_old`.
const WITHIN: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "privatekey",
    "accesskey",
    "credential",
    "authkey",
];

/// Names that hold a secret at the end of a longer one: `access_token`, but not `token_count`.
const AT_END: [&str; 8] = [
    "token",
    "pwd",
    "passwort",
    "sessionid",
    "sessionkey",
    "signingkey",
    "encryptionkey",
    "sharedkey",
];

/// Short names that hold a secret only by themselves.
const ALONE: [&str; 7] = ["auth", "pass", "pw", "sig", "signature", "jwt", "bearer"];

/// Longer than any name that is looked at whole; of a longer one the end is looked at.
const LONGEST: usize = 64;

/// How far the value after `name` is a secret; none where it is not.
pub(super) fn secret_after(name: &str) -> Option<Extent> {
    let start = name.len().saturating_sub(LONGEST);
    // Names are ASCII: see `scan`.
    let spelled: String = name[start..]
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let bare = spelled.trim_end_matches(|c: char| c.is_ascii_digit());
    match bare {
        "authorization" | "proxyauthorization" => return Some(Extent::Authorization),
        "cookie" | "setcookie" | "connectionstring" | "connstr" => return Some(Extent::Line),
        _ => {}
    }
    let holds = ALONE.contains(&bare)
        || AT_END.iter().any(|end| bare.ends_with(end))
        || WITHIN.iter().any(|part| bare.contains(part))
        || bare.ends_with("connectionstring");
    holds.then_some(Extent::Word)
}
