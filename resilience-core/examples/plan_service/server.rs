//! The other side: an honest plan service, the faults that strike it, and a ledger of every request that arrives.

use super::wire::{Port, Scissors};
use axum::{
    Json, Router,
    extract::{ConnectInfo, MatchedPath, Path, Request, State},
    http::{StatusCode, header::RETRY_AFTER},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, time::sleep};

/// One route per operation of the client, so that requests can be set against attempts.
pub(crate) mod route {
    pub(crate) const PLAN: &str = "/plans/{id}";
    pub(crate) const VALIDATE: &str = "/plans/{id}/validate";
    pub(crate) const APPLY: &str = "/plans/{id}/apply";
    pub(crate) const STEPS: &str = "/plans/{id}/steps";
    pub(crate) const HEALTH: &str = "/plans/{id}/health";
    pub(crate) const TOOL: &str = "/tools/{name}";
}

/// What can happen to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// 503: the work is not done.
    Unavailable,
    /// 429: the work is not done, and is not to be asked for again within [`Fault::PATIENCE`].
    Busy,
    /// The work is done and answered, but only after [`Fault::SLOWNESS`].
    Slow,
    /// The work is done, and the connection is reset in place of the answer.
    LostAnswer,
}

impl Fault {
    pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
    pub(crate) const SLOWNESS: Duration = Duration::from_secs(10);
}

/// A request as it arrived.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    pub(crate) fault: Option<Fault>,
}

/// The running server; clones are handles of the same one.
#[derive(Clone, Default)]
pub(crate) struct Server(Arc<Mutex<Ledger>>);

#[derive(Default)]
struct Ledger {
    arrivals: HashMap<String, Vec<Arrival>>,
    /// The faults of the next requests, by route.
    script: HashMap<&'static str, VecDeque<Fault>>,
    /// Every request below this path meets [`Fault::Unavailable`].
    down: Option<&'static str>,
    /// How often each plan took effect.
    applied: HashMap<u32, usize>,
}

impl Server {
    /// Starts the server on a free port of this machine; returns it with its base URL.
    pub(crate) async fn start() -> io::Result<(Self, String)> {
        let server = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let app = Router::new()
            .route(route::PLAN, get(plan))
            .route(route::VALIDATE, post(validate))
            .route(route::APPLY, post(apply))
            .route(route::STEPS, get(steps))
            .route(route::HEALTH, get(health))
            .route(route::TOOL, get(tool))
            .layer(from_fn_with_state(server.clone(), strike))
            .with_state(server.clone());
        let app = app.into_make_service_with_connect_info::<Scissors>();
        tokio::spawn(async move { axum::serve(Port(listener), app).await });
        Ok((server, url))
    }

    /// The next requests of `route` meet these faults, one each; those after them meet none.
    pub(crate) fn script(&self, route: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.ledger().script.entry(route).or_default().extend(faults);
    }

    /// An outage of everything below `path`.
    pub(crate) fn go_down(&self, path: &'static str) {
        self.ledger().down = Some(path);
    }

    /// The outage is over.
    pub(crate) fn come_back(&self) {
        self.ledger().down = None;
    }

    /// The requests of `route`, in the order of their arrival.
    pub(crate) fn arrivals(&self, route: &str) -> Vec<Arrival> {
        self.ledger().arrivals.get(route).cloned().unwrap_or_default()
    }

    /// All requests, whatever their route.
    pub(crate) fn requests(&self) -> usize {
        self.ledger().arrivals.values().map(Vec::len).sum()
    }

    /// How often `plan` took effect.
    pub(crate) fn applied(&self, plan: u32) -> usize {
        self.ledger().applied.get(&plan).copied().unwrap_or_default()
    }

    /// Faults of the script that no request has met.
    pub(crate) fn faults_left(&self) -> usize {
        self.ledger().script.values().map(VecDeque::len).sum()
    }

    /// Enters a request, and says what is to happen to it.
    fn arrive(&self, route: &str) -> Option<Fault> {
        let mut ledger = self.ledger();
        let scripted = ledger.script.get_mut(route).and_then(VecDeque::pop_front);
        let outage = ledger
            .down
            .is_some_and(|path| route.starts_with(path))
            .then_some(Fault::Unavailable);
        let arrival = Arrival {
            at: Instant::now(),
            fault: scripted.or(outage),
        };
        ledger.arrivals.entry(route.to_owned()).or_default().push(arrival);
        arrival.fault
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands before every handler: writes the ledger, and strikes as the script says.
async fn strike(
    State(server): State<Server>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    route: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    let say = |answer: &str| tracing::info!(target: "server", request = line, answer);
    match server.arrive(route.as_str()) {
        None => {
            say("200 OK");
            next.run(request).await
        }
        Some(Fault::Unavailable) => {
            say("503 Service Unavailable");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Some(Fault::Busy) => {
            let seconds = Fault::PATIENCE.as_secs();
            say(&format!("429 Retry-After: {seconds}"));
            (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Some(Fault::Slow) => {
            say(&format!("answers in {} s", Fault::SLOWNESS.as_secs()));
            sleep(Fault::SLOWNESS).await;
            next.run(request).await
        }
        Some(Fault::LostAnswer) => {
            say("does the work, then resets");
            let answer = next.run(request).await;
            scissors.cut();
            answer
        }
    }
}

async fn plan(State(server): State<Server>, Path(id): Path<u32>) -> Json<Value> {
    Json(json!({ "id": id, "title": "move the mail queue", "applied": server.applied(id) > 0 }))
}

async fn validate(Path(_): Path<u32>) -> Json<Value> {
    Json(json!({ "valid": true }))
}

async fn apply(State(server): State<Server>, Path(id): Path<u32>) -> Json<Value> {
    *server.ledger().applied.entry(id).or_default() += 1;
    Json(json!({ "applied": true }))
}

async fn steps(Path(_): Path<u32>) -> Json<Value> {
    Json(json!([{ "tool": "rsync" }]))
}

async fn health(Path(_): Path<u32>) -> Json<Value> {
    Json(json!({ "healthy": true }))
}

async fn tool(Path(name): Path<String>) -> Json<Value> {
    Json(json!({ "name": name, "version": "3.4.1" }))
}
