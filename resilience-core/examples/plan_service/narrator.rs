//! Prints what happens as it happens: the events of the framework and of the server, and what the caller sees.

use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    io::{IsTerminal, stdout},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Layer};

const WIDTH: usize = 80;

/// A tracing layer that also tells the story in between.
#[derive(Clone)]
pub(crate) struct Narrator(Arc<Inner>);

struct Inner {
    start: Instant,
    coloured: bool,
    turns: Mutex<Vec<Turn>>,
}

/// A circuit has changed its state.
struct Turn {
    at: Instant,
    service: String,
    open: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Colour {
    Plain,
    Bold,
    Red,
    Green,
    Yellow,
    Blue,
}

impl Narrator {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            start: Instant::now(),
            coloured: stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            turns: Mutex::default(),
        }))
    }

    /// What this is about.
    pub(crate) fn heading(&self, title: &str, text: &str) {
        self.line(Colour::Bold, title);
        self.wrapped(Colour::Plain, "   ", text);
    }

    /// A heading with space around it.
    pub(crate) fn chapter(&self, title: &str, text: &str) {
        println!();
        self.heading(title, text);
        println!();
    }

    /// What the caller of an annotated method got.
    pub(crate) fn caller(&self, text: impl Display) {
        self.stamped(Colour::Bold, "caller", "", &text.to_string());
    }

    /// When the circuit of `service` was open: from each opening to the half-open period after it, or until now.
    pub(crate) fn open_periods(&self, service: &str) -> Vec<(Instant, Instant)> {
        let turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let mut turns = turns.iter().filter(|turn| turn.service == service).peekable();
        let mut periods = Vec::new();
        while let Some(turn) = turns.next() {
            if turn.open {
                let end = turns.peek().map_or_else(Instant::now, |next| next.at);
                periods.push((turn.at, end));
            }
        }
        periods
    }

    pub(crate) fn line(&self, colour: Colour, text: &str) {
        let code = match colour {
            _ if !self.0.coloured => "",
            Colour::Plain => "",
            Colour::Bold => "\x1b[1m",
            Colour::Red => "\x1b[31m",
            Colour::Green => "\x1b[32m",
            Colour::Yellow => "\x1b[33m",
            Colour::Blue => "\x1b[34m",
        };
        let reset = if code.is_empty() { "" } else { "\x1b[0m" };
        println!("{code}{text}{reset}");
    }

    /// Lines of at most [`WIDTH`] columns; those after the first begin below the end of `head`.
    pub(crate) fn wrapped(&self, colour: Colour, head: &str, text: &str) {
        let mut line = head.to_owned();
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(colour, &line);
                line = " ".repeat(head.chars().count());
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(colour, &line);
    }

    fn stamped(&self, colour: Colour, who: &str, about: &str, text: &str) {
        let seconds = self.0.start.elapsed().as_secs_f64();
        let about = if about.is_empty() {
            String::new()
        } else {
            format!("{about:<14}")
        };
        self.wrapped(colour, &format!("{seconds:>6.3}  {who}  {about}"), text);
    }

    fn remember(&self, service: &str, open: bool) {
        let turn = Turn {
            at: Instant::now(),
            service: service.to_owned(),
            open,
        };
        self.0.turns.lock().unwrap_or_else(PoisonError::into_inner).push(turn);
    }

    fn framework(&self, event: &Fields) {
        let service = event.get("service");
        let (colour, text) = match event.get("message") {
            "retry scheduled" => (
                Colour::Yellow,
                format!("{}, next in {} ms", attempt(event), event.get("delay_ms")),
            ),
            "retry suppressed" => (
                Colour::Yellow,
                format!("{}, not repeated: {}", attempt(event), in_words(event.get("reason"))),
            ),
            "retries exhausted" => (Colour::Red, format!("{}, no attempts left", attempt(event))),
            "call rejected" => (
                Colour::Red,
                format!("rejected, nothing sent: {}", in_words(event.get("reason"))),
            ),
            "circuit opened" => {
                self.remember(service, true);
                let (failures, wait) = (event.get("failures"), event.get("recovery_ms"));
                (
                    Colour::Red,
                    format!("CIRCUIT OPEN for {wait} ms, {failures} failures in a row"),
                )
            }
            "circuit reopened" => {
                self.remember(service, true);
                (
                    Colour::Red,
                    format!("CIRCUIT OPEN for another {} ms", event.get("recovery_ms")),
                )
            }
            "circuit half-open" => {
                self.remember(service, false);
                (Colour::Yellow, "CIRCUIT HALF-OPEN: this call is a probe".to_owned())
            }
            "circuit closed" => {
                self.remember(service, false);
                (Colour::Green, "CIRCUIT CLOSED: the service is back".to_owned())
            }
            "apply inside a retryable attempt" => {
                (Colour::Yellow, "warning: an apply in a call that repeats".to_owned())
            }
            other => (Colour::Plain, other.to_owned()),
        };
        self.stamped(colour, "client", event.get("operation"), &text);
    }
}

fn attempt(event: &Fields) -> String {
    let [attempt, most, kind] = ["attempt", "max_attempts", "error_kind"].map(|name| event.get(name));
    format!("attempt {attempt} of {most}: {}", kind.replace('_', " "))
}

fn in_words(reason: &str) -> &str {
    match reason {
        "apply_fence" => "an apply has run inside, and must not run twice",
        "circuit_open" => "the circuit is open",
        "nested" => "its caller retries, one of the two is enough",
        other => other,
    }
}

impl<S: Subscriber> Layer<S> for Narrator {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        match event.metadata().target() {
            "resilience" => self.framework(&fields),
            "server" => {
                let (request, answer) = (fields.get("request"), fields.get("answer"));
                self.stamped(Colour::Blue, "server", &format!("{request:<24}"), answer);
            }
            _ => {}
        }
    }
}

/// The fields of one event, as text.
#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}
