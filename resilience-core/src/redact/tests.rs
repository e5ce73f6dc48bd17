use super::*;
use proptest::prelude::*;
use std::cell::Cell;

#[test]
fn secrets_are_masked_and_what_surrounds_them_stays() {
    let table = [
        // R185: credentials in URLs
        ("redis://admin:hunter2@db:6379/0 failed", "redis://***@db:6379/0 failed"),
        ("https://ghp_hunter2@host/x", "https://***@host/x"),
        ("postgres://u:hun/ter2@db/x refused", "postgres://***@db/x refused"),
        ("amqp://u:p@hunter2@mq", "amqp://***@mq"),
        ("redis://u:hunter2@a,redis://u:hunter2@b", "redis://***@a,redis://***@b"),
        ("https://h/r?next=https://u:hunter2@i", "https://h/r?next=https://***@i"),
        ("https://host:8443/mail/a@b", "https://host:8443/mail/a@b"),
        ("https://host/a?b=c@d", "https://host/a?b=c@d"),
        // R186: pairs, in many spellings
        ("password=hunter2", "password=***"),
        ("password: hunter2, user: me", "password: ***, user: me"),
        ("DB_PASSWORD='hunter2 and more' host=x", "DB_PASSWORD='***' host=x"),
        (r#"{"password":"hunter2","id":7}"#, r#"{"password":"***","id":7}"#),
        (
            r#"{\"apiKey\": \"hunter2\", \"id\": 7}"#,
            r#"{\"apiKey\": \"***\", \"id\": 7}"#,
        ),
        (r#"{"secret":"hun\"ter2","id":7}"#, r#"{"secret":"***","id":7}"#),
        (
            r#"Login { user: "me", password: Some("hunter2 x") }"#,
            r#"Login { user: "me", password: ***) }"#,
        ),
        (r#"[("password", "hunter2")]"#, r#"[("password", "***")]"#),
        ("password => \"hunter2\"", "password => \"***\""),
        ("api key: hunter2", "api key: ***"),
        ("Api-Key=hunter2&x=1", "Api-Key=***&x=1"),
        ("private_key = hunter2", "private_key = ***"),
        ("aws_secret_access_key=hunter2", "aws_secret_access_key=***"),
        ("accessToken=hunter2", "accessToken=***"),
        ("password2=hunter2", "password2=***"),
        ("password%3Dhunter2%26x", "password%3D***"),
        ("a=1;pwd=hunter2;b=2", "a=1;pwd=***;b=2"),
        ("login[password]=hunter2 b=2", "login[password]=*** b=2"),
        ("mysql --password hunter2 -h db", "mysql --password *** -h db"),
        ("connection_string=Server=db;Pwd=hunter2", "connection_string=***"),
        (
            "connection string: \"Server=db;Pwd=hunter2\" bad",
            "connection string: \"***\" bad",
        ),
        ("secret: password: hunter2", "secret: ***"),
        // R187: headers
        (
            "Authorization: Bearer sk-live-hunter2, status 401",
            "Authorization: Bearer ***, status 401",
        ),
        ("authorization: Basic   aHVudGVyMg==", "authorization: Basic   ***"),
        ("Authorization: Digest username=\"hunter2\"", "Authorization: ***"),
        (
            "{\"authorization\": \"Bearer hunter2\"}",
            "{\"authorization\": \"***\"}",
        ),
        ("x-api-key: hunter2", "x-api-key: ***"),
        ("Cookie: a=hunter2; b=hunter2\nHost: x", "Cookie: *** Host: x"),
        (
            "header(\"authorization\", \"Bearer hunter2-hunter2\")",
            "header(\"authorization\", \"***\")",
        ),
        ("sent Bearer sk-live-hunter2 twice", "sent Bearer *** twice"),
        // private keys
        (
            "key -----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY----- loaded",
            "key -----BEGIN RSA PRIVATE KEY***-----END RSA PRIVATE KEY----- loaded",
        ),
        ("x-----BEGIN PRIVATE KEY-----hunter2", "x-----BEGIN PRIVATE KEY***"),
    ];
    for (given, expected) in table {
        assert_eq!(text(given), expected, "{given}");
    }
}

#[test]
fn ordinary_texts_stay_as_they_are() {
    // R189
    let table = [
        "",
        "connection refused (os error 111)",
        "unexpected token `;` at line 3",
        "invalid type: map, expected a string for key `name`",
        "max_tokens=5, token_count: 7",
        "std::token::Kind is not secret",
        "the bearer token has expired",
        "Basic authentication is not supported",
        "no such user: me@example.org",
        "GET https://api.example.org:443/v1/plans?page=2 returned 503",
        "größe 7 µs, 日本語",
        "secret://vault/name was not found",
    ];
    for ordinary in table {
        assert_eq!(text(ordinary), ordinary);
    }
}

#[test]
fn control_characters_and_unseen_ones_are_escaped() {
    assert_eq!(
        text("a\n\u{1b}[31mred\t\0 \u{202e}evil\u{2028}\u{200b}"),
        r"a \u{1b}[31mred \u{0} \u{202e}evil\u{2028}\u{200b}"
    );
}

#[test]
fn a_text_is_cut_at_two_hundred_characters_after_redaction() {
    // R188
    let fits = "ä".repeat(200);
    assert_eq!(text(&fits), fits);
    assert_eq!(text(&"ä".repeat(201)), format!("{}…", "ä".repeat(199)));

    let secret = format!("{}password={}", "a".repeat(190), "hunter2".repeat(9));
    assert_eq!(text(&secret), format!("{}password=…", "a".repeat(190)));
    let long_secret = format!("password={} done", "x".repeat(1_000));
    assert_eq!(text(&long_secret), "password=*** done");
}

/// Writes without end, and counts how often.
struct Endless<'a>(&'a Cell<u32>);
impl fmt::Display for Endless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            self.0.set(self.0.get() + 1);
            f.write_str("0123456789abcdef")?;
        }
    }
}

#[test]
fn what_is_not_read_is_not_shown_and_what_it_cuts_counts_as_a_secret() {
    // R194
    let long = format!(
        "password={} https://user:hunter2{}@host",
        "x".repeat(8_000),
        "2".repeat(1_000)
    );
    assert_eq!(text(&long), "password=*** https://***…");

    let written = Cell::new(0);
    assert_eq!(displayed(&Endless(&written)).chars().count(), 200);
    assert_eq!(written.get(), 513);
}

#[test]
fn a_value_that_cannot_be_displayed_is_shown_as_far_as_it_goes() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }
    assert_eq!(displayed(&Broken), "half");
}

/// Pieces that meet in every order.
fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,4}",
        proptest::sample::select(vec![
            "://",
            "@",
            "password",
            "token",
            "api key",
            "=",
            ": ",
            "\"",
            "'",
            "\\",
            "\n",
            "Bearer ",
            "Authorization",
            "Cookie",
            "-----BEGIN ",
            "PRIVATE KEY",
            "-----END ",
            "%3D",
            "…",
            "***",
            "(",
            ")",
            ", ",
            "&",
            "--",
            "\u{1b}",
            "\u{202e}",
            "::",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(fragment, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    // R369
    #[test]
    fn any_text_comes_out_short_seen_and_the_second_time_unchanged(given in fragments()) {
        let once = text(&given);
        prop_assert!(once.chars().count() <= MOST_CHARS);
        prop_assert!(!once.chars().any(is_unfit));
        prop_assert_eq!(text(&once), once);
    }

    // R369
    #[test]
    fn a_secret_survives_in_no_surroundings(
        before in "([ -~&&[^'\"`\\\\]]{0,20} )?",
        key in proptest::sample::select(vec!["password", "db-password", "APIKEY", "x_secret", "access_token", "client.secret"]),
        separator in proptest::sample::select(vec!["=", ": ", ":", " = ", "\": \"", "' => '", "%3d"]),
        after in "( [ -~]{0,20})?",
    ) {
        let given = format!("{before}{key}{separator}hunter2{after}");
        prop_assert!(!text(&given).contains("hunter2"), "{}", given);
    }
}

/// Scanning visits each byte a bounded number of times, whatever stands in the text.
#[test]
fn hostile_texts_take_time_in_proportion_to_their_length() {
    let hostile = [
        "a://",
        "://@",
        "password ",
        "password\"",
        "bearer \"",
        "-----BEGIN ",
        "a:b://",
        "token=\"",
        "\\\"password",
    ];
    for part in hostile {
        let visited = |times: usize| scan::visited(&part.repeat(times));
        let (one, four) = (visited(500), visited(2_000));
        assert!(four <= 4 * one + 100, "{part}: {one} and {four}");
    }
}
