//! Settings that follow their files. No test waits: each look is a call.

use crate::{attempts, formats::Directory};
use resilience_core::{
    Registry,
    settings::{Loader, Look, Watcher},
};
use resilience_tests::record;
use std::{fs, path::Path, time::Duration};

fn saying(attempts: u32) -> String {
    format!("services.plan_service.retry.max_attempts = {attempts}\n")
}

fn watching(path: &Path) -> (&'static Registry, Watcher) {
    let registry = Registry::new();
    (registry, Watcher::new(Loader::new().file(path), registry))
}

fn settled(watcher: &mut Watcher) -> Look {
    assert_eq!(watcher.look(), Look::Changing);
    watcher.look()
}

#[test]
fn a_change_takes_effect_when_it_has_come_to_rest() {
    let directory = Directory::new("watch-rest");
    let path = directory.0.join("ops.toml");
    fs::write(&path, saying(4)).unwrap();
    let (registry, mut watcher) = watching(&path);
    assert_eq!(settled(&mut watcher), Look::Reloaded(Vec::new()));
    assert_eq!(attempts(registry, "plan_service", "any"), "4");
    assert_eq!(watcher.look(), Look::Unchanged);

    // Half written, three times over.
    for text in ["services.plan", "services.plan_service.re", &saying(50)] {
        fs::write(&path, text).unwrap();
        assert_eq!(watcher.look(), Look::Changing);
    }
    assert_eq!(attempts(registry, "plan_service", "any"), "4");
    assert_eq!(watcher.look(), Look::Reloaded(Vec::new()));
    assert_eq!(attempts(registry, "plan_service", "any"), "50");

    // There and back again is no change.
    fs::write(&path, saying(6)).unwrap();
    assert_eq!(watcher.look(), Look::Changing);
    fs::write(&path, saying(50)).unwrap();
    assert_eq!(watcher.look(), Look::Unchanged);
}

#[test]
fn a_file_may_be_replaced_deleted_and_restored() {
    let directory = Directory::new("watch-replaced");
    let path = directory.0.join("ops.toml");
    fs::write(&path, saying(4)).unwrap();
    let (registry, mut watcher) = watching(&path);
    let events = record();
    settled(&mut watcher);

    let beside = directory.0.join("ops.toml.new");
    fs::write(&beside, saying(5)).unwrap();
    fs::rename(&beside, &path).unwrap();
    assert_eq!(settled(&mut watcher), Look::Reloaded(Vec::new()));
    assert_eq!(attempts(registry, "plan_service", "any"), "5");

    fs::remove_file(&path).unwrap();
    assert_eq!(settled(&mut watcher), Look::Vanished(vec![path.clone()]));
    assert_eq!(watcher.look(), Look::Unchanged);
    assert_eq!(attempts(registry, "plan_service", "any"), "5");

    fs::write(&path, saying(5)).unwrap();
    assert_eq!(watcher.look(), Look::Unchanged);
    fs::write(&path, saying(6)).unwrap();
    assert_eq!(settled(&mut watcher), Look::Reloaded(Vec::new()));
    assert_eq!(attempts(registry, "plan_service", "any"), "6");

    let told = events.take();
    let reloaded = "INFO settings reloaded".to_owned();
    let vanished = format!("WARN settings vanished source={}", path.display());
    assert_eq!(told, [reloaded.clone(), reloaded.clone(), vanished, reloaded]);
}

#[cfg(unix)]
#[test]
fn a_link_that_is_switched_to_another_directory_is_a_change() {
    let directory = Directory::new("watch-link");
    for (name, attempts) in [("one", 4), ("two", 5)] {
        fs::create_dir(directory.0.join(name)).unwrap();
        fs::write(directory.0.join(name).join("ops.toml"), saying(attempts)).unwrap();
    }
    let (data, path) = (directory.0.join("data"), directory.0.join("ops.toml"));
    std::os::unix::fs::symlink("one", &data).unwrap();
    std::os::unix::fs::symlink("data/ops.toml", &path).unwrap();
    let (registry, mut watcher) = watching(&path);
    settled(&mut watcher);

    std::os::unix::fs::symlink("two", directory.0.join("data.new")).unwrap();
    fs::rename(directory.0.join("data.new"), &data).unwrap();

    assert_eq!(settled(&mut watcher), Look::Reloaded(Vec::new()));
    assert_eq!(attempts(registry, "plan_service", "any"), "5");
}

#[test]
fn a_bad_file_changes_nothing_and_is_told_once() {
    let directory = Directory::new("watch-bad");
    let path = directory.0.join("ops.toml");
    fs::write(&path, saying(4)).unwrap();
    let (registry, mut watcher) = watching(&path);
    settled(&mut watcher);
    let events = record();

    fs::write(
        &path,
        format!("{}services.tool_service.retry.max_attempts = 3", saying(0)),
    )
    .unwrap();
    let Look::Refused(refused) = settled(&mut watcher) else {
        panic!("a bad file was taken");
    };
    let line = format!(
        "{}:1: services.plan_service.retry.max_attempts is 0, but must be 1 to 1000000",
        path.display()
    );
    assert_eq!(refused.to_string(), line);
    for _ in 0..3 {
        assert_eq!(watcher.look(), Look::Unchanged);
    }

    assert_eq!(events.take().len(), 1);
    assert_eq!(attempts(registry, "plan_service", "any"), "4");
}

#[test]
fn a_lenient_watcher_takes_what_is_good() {
    let directory = Directory::new("watch-lenient");
    let path = directory.0.join("ops.toml");
    fs::write(&path, saying(4)).unwrap();
    let registry = Registry::new();
    let mut watcher = Watcher::new(Loader::new().file(&path), registry).lenient();
    settled(&mut watcher);

    fs::write(
        &path,
        format!("{}services.tool_service.retry.max_attempts = 7", saying(0)),
    )
    .unwrap();
    let Look::Reloaded(skipped) = settled(&mut watcher) else {
        panic!("what is good was not taken");
    };

    assert_eq!(skipped.len(), 1);
    let found = || ["plan_service", "tool_service"].map(|name| attempts(registry, name, "any"));
    assert_eq!(found(), ["4", "7"]);

    // Torn or gone, it takes nothing away of what it said.
    fs::write(&path, "services.plan_service.retry = {").unwrap();
    assert!(matches!(settled(&mut watcher), Look::Refused(_)));
    fs::remove_file(&path).unwrap();
    assert_eq!(settled(&mut watcher), Look::Vanished(vec![path.clone()]));
    assert_eq!(found(), ["4", "7"]);
}

#[test]
fn a_thread_that_watches_ends_when_it_is_told_to_whatever_its_pause() {
    let directory = Directory::new("watch-thread");
    let path = directory.0.join("ops.toml");
    fs::write(&path, saying(4)).unwrap();
    let (registry, watcher) = watching(&path);

    let watching = watcher.spawn(Duration::from_millis(1)).unwrap();
    while attempts(registry, "plan_service", "any") != "4" {
        std::thread::yield_now();
    }
    drop(watching);

    let (_, watcher) = self::watching(&path);
    drop(watcher.spawn(Duration::from_secs(86_400)).unwrap());
}

#[test]
fn a_file_that_vanishes_or_turns_empty_changes_nothing_and_warns_once_each_time() {
    let directory = Directory::new("watch-vanished");
    let path = directory.0.join("ops.toml");
    for loader in [Loader::new().file(&path), Loader::new().optional_file(&path)] {
        fs::write(&path, saying(4)).unwrap();
        let registry = Registry::new();
        let mut watcher = Watcher::new(loader, registry);
        settled(&mut watcher);
        let events = record();

        for empty in [None, Some(""), Some(" \n\t\r\n"), Some("\u{feff}\n")] {
            match empty {
                None => fs::remove_file(&path).unwrap(),
                Some(text) => fs::write(&path, text).unwrap(),
            }
            assert_eq!(settled(&mut watcher), Look::Vanished(vec![path.clone()]), "{empty:?}");
            assert_eq!(watcher.look(), Look::Unchanged);
            assert_eq!(attempts(registry, "plan_service", "any"), "4");
            let warning = format!("WARN settings vanished source={}", path.display());
            assert_eq!(events.take(), [warning], "{empty:?}");
            fs::write(&path, saying(4)).unwrap();
            assert_eq!(watcher.look(), Look::Unchanged);
        }

        // What says nothing on purpose clears.
        fs::write(&path, "# nothing\n").unwrap();
        assert_eq!(settled(&mut watcher), Look::Reloaded(Vec::new()));
        assert_eq!(attempts(registry, "plan_service", "any"), "3");
    }
}

#[test]
fn the_first_look_knows_what_is_in_force() {
    let directory = Directory::new("watch-first");
    let path = directory.0.join("ops.toml");
    fs::write(&path, saying(4)).unwrap();
    let registry = Registry::new();
    let loader = Loader::new().optional_file(&path);
    registry.reconfigure(loader.load(registry).unwrap()).unwrap();
    let events = record();

    assert_eq!(settled(&mut Watcher::new(loader.clone(), registry)), Look::Unchanged);
    assert_eq!(events.take(), [""; 0]);

    // Gone between the start and the first look.
    fs::remove_file(&path).unwrap();
    let look = settled(&mut Watcher::new(loader, registry));
    assert_eq!(look, Look::Vanished(vec![path]));
    assert_eq!(attempts(registry, "plan_service", "any"), "4");
}
