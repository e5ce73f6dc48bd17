//! Settings that follow their files: looked at again and again, loaded when they have come to rest.

use super::{InvalidSettings, Loader, Mistake, MistakeKind, Settings};
use crate::{registry::Registry, telemetry::events};
use std::{
    fmt, io,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Puts settings into force whenever one of a [`Loader`]'s files changes.
///
/// It looks at what the files hold, not at what the system tells of them: so it does not matter whether a file is written in
/// place, replaced, deleted and restored, or reached through a link that is switched to another directory. A change counts
/// once it has been found unchanged at the next look, so that a file that is still being written is left alone. Settings with a
/// mistake change nothing, and an event says why; so does a file that is missing, until it is back.
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
#[derive(Debug)]
#[must_use]
pub struct Watcher {
    loader: Loader,
    registry: &'static Registry,
    is_lenient: bool,
    /// What was in the files when they were last loaded.
    loaded: Option<Vec<Found>>,
    /// What was in them at the last look.
    seen: Option<Vec<Found>>,
}

/// What one file holds: its text, or why there is none.
type Found = Result<Vec<u8>, io::ErrorKind>;

/// What a look at the files led to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Look {
    /// Nothing has changed since the settings were last loaded.
    Unchanged,
    /// Something has changed and may still be changing: the next look will tell.
    Changing,
    /// New settings are in force; these mistakes were left out, if it is lenient.
    Reloaded(Vec<Mistake>),
    /// What is there now is wrong: nothing has changed.
    Refused(InvalidSettings),
}

impl Watcher {
    /// A watcher that has not looked yet: the first look finds a change, and the second loads.
    pub fn new(loader: Loader, registry: &'static Registry) -> Self {
        Self {
            loader,
            registry,
            is_lenient: false,
            loaded: None,
            seen: None,
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
        let found: Vec<Found> = self.loader.files().map(super::load::peek).collect();
        if self.loaded.as_ref() == Some(&found) {
            self.seen = Some(found);
            return Look::Unchanged;
        }
        if self.seen.as_ref() != Some(&found) {
            self.seen = Some(found);
            return Look::Changing;
        }
        // Also where it is refused: the same mistake is told once, not at every look.
        self.loaded = Some(found);
        self.reload()
    }

    fn reload(&self) -> Look {
        let (settings, skipped) = if self.is_lenient {
            let loaded = self.loader.load_leniently(self.registry);
            let (unreadable, skipped) = loaded
                .skipped
                .into_iter()
                .partition(|mistake| mistake.kind() == MistakeKind::Unreadable);
            let is_whole = InvalidSettings::unless_none(unreadable);
            (is_whole.map(|()| loaded.settings), skipped)
        } else {
            (self.loader.load(self.registry), Vec::new())
        };
        let put = |settings: Settings| self.registry.reconfigure(settings);
        match settings.and_then(put) {
            Ok(()) => {
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
