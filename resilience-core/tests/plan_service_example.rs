//! The example `plan_service`, run as a user runs it.
//!
//! The example is compiled into this test, and the test runs itself once more to play it: so its exit code and output are those
//! of a process, whatever cargo has or has not built beside it, and never those of an older build.

#[path = "../examples/plan_service/main.rs"]
mod plan_service;

use std::{
    env,
    process::{self, Command, ExitCode},
};

const PLAY: &str = "PLAY_THE_EXAMPLE";

#[test]
fn keeps_its_promises_within_eighty_columns() {
    if env::var_os(PLAY).is_some() {
        let played = plan_service::main();
        process::exit(i32::from(played != ExitCode::SUCCESS));
    }

    let this = env::current_exe().expect("a test has a path");
    let run = Command::new(this)
        .args([
            "keeps_its_promises_within_eighty_columns",
            "--exact",
            "--nocapture",
            "--quiet",
        ])
        .env(PLAY, "1")
        .output()
        .expect("this test can run itself");
    let output = String::from_utf8(run.stdout).expect("the example prints text");

    assert!(run.status.success(), "{}\n{output}", run.status);
    assert!(output.ends_with("All 11 promises were kept.\n"), "{output}");
    assert_eq!(output.matches("\n   ok      ").count(), 11, "{output}");
    assert!(!output.contains("BROKEN"), "{output}");
    assert!(!output.contains('\x1b'), "colour without a terminal: {output}");
    for line in output.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}
