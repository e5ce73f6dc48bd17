//! Settings that follow their files: looked at again and again, loaded when they have come to rest.

use super::{InvalidSettings, Loader, Mistake, MistakeKind, Settings, load};
use crate::{registry::Registry, telemetry::events};
use std::{
    fmt, io,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Puts settings into force whenever one of a [`Loader`]'s files changes.
///
/// It looks at what the files hold, not at what the system tells of them: so it does not matter whether a file is written in
/// place, replaced, deleted and restored, or reached through a link that is switched to another directory. A change counts
/// once it has been found unchanged at the next look, so that a file that is still being written is left alone. Settings with a
/// mistake change nothing, and an event says why. A file that has been loaded and is now missing, or has nothing but white space
/// in it, changes nothing either until it is back, and one event warns. To say nothing on purpose, leave a comment in the file
/// (TOML, YAML) or `{}` (JSON).
///
/// Each look is a call of [`look`](Self::look): from a timer of your own, or from the thread that [`spawn`](Self::spawn) starts.
///
/// ```
/// use resilience_core::{Registry, settings::{Loader, Watcher}};
/// use std::time::Duration;
///
/// let loader = Loader::new().optional_file("resilience.toml").environment();
/// let watching = Watcher::new(loader, Registry::global()).spawn(Duration::from_secs(2))?;
/// // Until it is dropped.
/// drop(watching);
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use]
pub struct Watcher {
    loader: Loader,
    registry: &'static Registry,
    is_lenient: bool,
    /// What was in the files when they were last loaded.
    loaded: Option<Vec<Found>>,
    /// What was in them at the last look.
    seen: Option<Vec<Found>>,
    /// What was in them when files were last found to have vanished, so that there is one warning for each time.
    warned: Option<Vec<Found>>,
}

/// What one file holds: its text, or why there is none.
type Found = Result<Vec<u8>, io::ErrorKind>;

fn says_nothing(found: &Found) -> bool {
    match found {
        Ok(bytes) => load::is_blank(bytes),
        Err(error) => *error == io::ErrorKind::NotFound,
    }
}

/// What a look at the files led to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Look {
    /// Nothing has changed: the files are as they were when they were last loaded, or say what is in force anyway.
    Unchanged,
    /// Something has changed and may still be changing: the next look will tell.
    Changing,
    /// New settings are in force. Where it is lenient, these mistakes were left out: the first 100.
    Reloaded(Vec<Mistake>),
    /// These files have been loaded before, and are now missing or empty: nothing has changed.
    Vanished(Vec<PathBuf>),
    /// What is there now is wrong: nothing has changed.
    Refused(InvalidSettings),
}

impl Watcher {
    /// A watcher that has not looked yet: the first look finds a change, and the second loads. It reports a reload only if the
    /// settings are others than those in force.
    pub fn new(loader: Loader, registry: &'static Registry) -> Self {
        Self {
            loader,
            registry,
            is_lenient: false,
            loaded: None,
            seen: None,
            warned: None,
        }
    }

    /// Takes what is good of settings with mistakes, as [`Loader::load_leniently`] does. A source that cannot be read still
    /// changes nothing: all that it said would be lost.
    pub fn lenient(mut self) -> Self {
        self.is_lenient = true;
        self
    }

    /// Looks at the files, and reloads if they have changed and come to rest. Reads files; does not wait otherwise.
    pub fn look(&mut self) -> Look {
        let found: Vec<Found> = self.loader.files().map(load::peek).collect();
        if self.loaded.as_ref() == Some(&found) {
            self.warned = None;
            self.seen = Some(found);
            return Look::Unchanged;
        }
        if self.warned.as_ref() == Some(&found) {
            self.seen = Some(found);
            return Look::Unchanged;
        }
        if self.seen.as_ref() != Some(&found) {
            self.seen = Some(found);
            return Look::Changing;
        }
        let vanished = self.vanished(&found);
        if !vanished.is_empty() {
            self.warned = Some(found);
            events::settings_vanished(self.registry.subject(), &vanished);
            return Look::Vanished(vanished);
        }
        self.warned = None;
        // Also where it is refused: there is one event for a mistake, not one at every look.
        self.loaded = Some(found);
        self.reload()
    }

    /// The files that said something, to this watcher or to what is in force, and say nothing any more.
    fn vanished(&self, found: &[Found]) -> Vec<PathBuf> {
        let settings = self.registry.settings();
        let files = self.loader.files().zip(found).enumerate();
        let vanished = files.filter(|(index, (path, found))| {
            let before = self.loaded.as_ref().and_then(|loaded| loaded.get(*index));
            let said = before.is_some_and(|before| !says_nothing(before)) || settings.sources.have(&load::origin(path));
            said && says_nothing(found)
        });
        vanished.map(|(_, (path, _))| path.to_owned()).collect()
    }

    fn reload(&self) -> Look {
        let (settings, skipped) = if self.is_lenient {
            let loaded = self.loader.load_leniently(self.registry);
            let (unreadable, skipped): (Vec<_>, Vec<_>) = loaded
                .skipped
                .into_iter()
                .partition(|mistake| mistake.kind() == MistakeKind::Unreadable);
            let is_whole = InvalidSettings::unless_none(unreadable.into_iter().collect());
            (is_whole.map(|()| loaded.settings), skipped)
        } else {
            (self.loader.load(self.registry), Vec::new())
        };
        let before = self.registry.settings();
        let put = |settings: Settings| {
            let is_same = settings == before;
            // Even then: values may have moved to other lines.
            self.registry.reconfigure(settings).map(|()| is_same)
        };
        match settings.and_then(put) {
            Ok(true) if skipped.is_empty() => Look::Unchanged,
            Ok(true) => Look::Reloaded(skipped),
            Ok(false) => {
                events::settings_reloaded(self.registry.subject());
                Look::Reloaded(skipped)
            }
            Err(refused) => {
                events::settings_refused(self.registry.subject(), &refused);
                Look::Refused(refused)
            }
        }
    }

    /// Starts a thread that looks at once, and then after every `pause`, until what is returned is dropped.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn spawn(mut self, pause: Duration) -> io::Result<Watching> {
        let stop = Arc::new(Stop::default());
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("resilience-settings".to_owned())
            .spawn(move || {
                loop {
                    // A subscriber or a foreign source that panics costs this look, not those to come.
                    let _ = panic::catch_unwind(AssertUnwindSafe(|| self.look()));
                    if stopped.waits(pause) {
                        return;
                    }
                }
            })?;
        Ok(Watching {
            stop,
            thread: Some(thread),
        })
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher")
            .field("loader", &self.loader)
            .field("is_lenient", &self.is_lenient)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Stop {
    is_asked: Mutex<bool>,
    asked: Condvar,
}

impl Stop {
    fn ask(&self) {
        *self.is_asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.asked.notify_all();
    }

    /// Waits for so long, or until it is asked for: true then.
    fn waits(&self, pause: Duration) -> bool {
        let is_asked = self.is_asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.asked.wait_timeout_while(is_asked, pause, |is_asked| !*is_asked);
        let (is_asked, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *is_asked
    }
}

/// A thread that watches settings, until this is dropped.
#[must_use = "the watching ends when this is dropped"]
pub struct Watching {
    stop: Arc<Stop>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Watching {
    /// Waits for a look that is under way, not for the pause.
    fn drop(&mut self) {
        self.stop.ask();
        if let Some(thread) = self.thread.take() {
            // From within a subscriber, the thread would wait for itself.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching").finish_non_exhaustive()
    }
}
