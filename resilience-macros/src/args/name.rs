//! Names of services and operations: which are valid, and what to write in place of those that are not.

use quote::ToTokens;
use syn::{Expr, LitStr};

use super::literal;
use super::syntax::Written;
use crate::diagnostics::Diagnostics;

/// A service or operation name: text that also fits into file keys and environment variables.
pub(super) fn valid(option: &Written, what: &str, example: &str, errors: &mut Diagnostics) -> Option<LitStr> {
    if let (Expr::Path(constant), true) = (literal::assigned(option, example, errors)?, option.key == "name") {
        let spelled = constant.to_token_stream().to_string().replace(' ', "");
        errors.error_over(
            constant,
            format!(
                "`name` is text in quotes, not a constant: write `{example}`, or `service = {spelled}` if `{spelled}` is a \
                 `static` of the type `ServiceDef`"
            ),
        );
        return None;
    }
    let text = literal::text(option, example, errors)?;
    if is_name(&text.value()) {
        return Some(text);
    }
    errors.error(text.span(), unfit(what, &text.value()));
    None
}

/// `[a-z][a-z0-9_]*` without `__`, which separates the levels of a setting in the environment.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !text.contains("__")
}

fn unfit(what: &str, text: &str) -> String {
    let rule = format!(
        "`{text:?}` cannot be {what} name: such a name has small letters, digits and single `_`, and begins with a letter"
    );
    let kind = what.rsplit(' ').next().unwrap_or_default();
    match as_name(text, kind) {
        Some(fit) => format!("{rule}, for example `{fit}`"),
        None => rule,
    }
}

/// The name that was probably meant: `PlanService` and `plan-service` are both `plan_service`. `kind` stands before digits.
pub(crate) fn as_name(text: &str, kind: &str) -> Option<String> {
    let mut plain = String::new();
    for c in text.chars() {
        match without_accent(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == ' ' || c == '.';
    if !plain.chars().all(letter) {
        // Half of a word in another script is no name for it.
        return None;
    }
    let name = snake_case(&plain);
    match name.chars().next()? {
        '0'..='9' => Some(format!("{kind}_{name}")),
        _ => Some(name),
    }
}

/// `fetchPlan` as `fetch_plan`, `HTTPClient` as `http_client`, `_get__v2_` as `get_v2`.
pub(crate) fn snake_case(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut name = String::new();
    for (at, &c) in letters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let starts_word = before.is_some_and(|before| {
            let next_is_small = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
            before.is_ascii_lowercase() || before.is_ascii_digit() || before.is_ascii_uppercase() && next_is_small
        });
        if c.is_ascii_uppercase() && starts_word {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}

/// The letters to write in place of one with an accent.
fn without_accent(c: char) -> Option<&'static str> {
    let letters = match c.to_lowercase().next()? {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    };
    Some(letters)
}

#[cfg(test)]
mod tests {
    use super::{as_name, is_name};

    #[test]
    fn names() {
        for fit in ["a", "plan_service", "s3", "a_1_b"] {
            assert!(is_name(fit), "{fit}");
        }
        for unfit in ["", "_a", "1a", "A", "plan-service", "a__b", "pläne", "a b"] {
            assert!(!is_name(unfit), "{unfit}");
        }
    }

    #[test]
    fn a_name_is_proposed_where_one_can_be_seen() {
        assert_eq!(as_name("PlanService", "operation").as_deref(), Some("plan_service"));
        assert_eq!(as_name("plan-service", "operation").as_deref(), Some("plan_service"));
        assert_eq!(as_name("HTTPClient", "operation").as_deref(), Some("http_client"));
        assert_eq!(as_name("getV2", "operation").as_deref(), Some("get_v2"));
        assert_eq!(as_name("a__b", "operation").as_deref(), Some("a_b"));
        assert_eq!(as_name("_x", "operation").as_deref(), Some("x"));
        assert_eq!(as_name("größe", "operation").as_deref(), Some("groesse"));
        assert_eq!(as_name("1st", "operation").as_deref(), Some("operation_1st"));
        assert_eq!(as_name("_0", "operation").as_deref(), Some("operation_0"));
        assert_eq!(as_name("план", "operation"), None);
        assert_eq!(as_name("1", "service").as_deref(), Some("service_1"));
        assert_eq!(as_name("__", "operation"), None);
        assert_eq!(as_name("", "operation"), None);
    }
}
