use std::{
    cell::RefCell,
    fmt::{self, Write},
    marker::PhantomData,
    sync::Once,
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

type Hook = Box<dyn FnMut(&str)>;

thread_local! {
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
}

/// Records the events of this thread from here on, until the recording is dropped.
///
/// One subscriber serves all threads, so that tests that run side by side do not hide each other's events.
#[must_use]
pub fn record() -> Recording {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Fails where another subscriber is installed: then the lines stay empty, and whoever asserts on them sees that.
        let _ = tracing::subscriber::set_global_default(Recorder);
    });
    LINES.set(Some(Vec::new()));
    Recording {
        on_this_thread: PhantomData,
    }
}

/// The events of one thread, as lines: `LEVEL message field=value ..`.
#[derive(Debug)]
pub struct Recording {
    on_this_thread: PhantomData<*const ()>,
}

impl Recording {
    /// The lines since the last time they were taken.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        LINES
            .with_borrow_mut(|lines| lines.as_mut().map(std::mem::take))
            .unwrap_or_default()
    }

    /// Calls back from inside the subscriber, with every line.
    pub fn call_back(&self, hook: impl FnMut(&str) + 'static) {
        HOOK.set(Some(Box::new(hook)));
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        LINES.set(None);
        HOOK.set(None);
    }
}

struct Recorder;

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "resilience"
    }

    fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        // A thread that ends may have no lines any more, and still make calls.
        if LINES.try_with(|lines| lines.borrow().is_none()).unwrap_or(true) {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        let line = format!("{} {}{}", event.metadata().level(), line.message, line.fields);
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines {
                lines.push(line.clone());
            }
        });
        // The hook may cause events of its own: they find no hook.
        if let Some(mut hook) = HOOK.take() {
            hook(&line);
            HOOK.set(Some(hook));
        }
    }

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
