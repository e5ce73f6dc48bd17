//! What a breaker does to a service of which a part fails at random: `cargo run --release --example partial_outage`.
//!
//! A server on loopback answers at once, and three in ten of its answers are failures. 64 clients ask it as fast as they can, each
//! on a connection of its own. The table says how many good answers they get.

use resilience_core::{
    BreakerPolicy, Classify, FailureKind, Interruption, Registry, RetryPolicy, Service, ServiceOptions, retry_service,
};
use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Mutex,
    time::timeout_at,
};

const CLIENTS: usize = 64;
const FAILING: u64 = 30;
const LASTING: Duration = Duration::from_secs(5);

#[derive(Debug)]
enum Failure {
    Down,
    Io(io::Error),
    NotCalled(Interruption),
}

impl Classify for Failure {
    fn classify(&self) -> FailureKind {
        match self {
            Self::Down => FailureKind::Transient,
            Self::Io(error) => error.classify(),
            Self::NotCalled(interruption) => interruption.classify(),
        }
    }
}

impl From<Interruption> for Failure {
    fn from(interruption: Interruption) -> Self {
        Self::NotCalled(interruption)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// One of the clients.
struct Client {
    service: &'static Service,
    stream: Mutex<TcpStream>,
}

impl Client {
    #[retry_service(service = self.service, idempotent)]
    async fn ask(&self) -> Result<(), Failure> {
        let mut stream = self.stream.lock().await;
        let mut answer = [b'?'];
        stream.write_all(&answer).await?;
        stream.read_exact(&mut answer).await?;
        if answer == *b"+" { Ok(()) } else { Err(Failure::Down) }
    }
}

/// Answers every byte with a plus or a minus.
async fn serve(listener: TcpListener) -> io::Result<()> {
    for seed in 1.. {
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let (mut state, mut request) = (u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15), [0]);
            while stream.read_exact(&mut request).await.is_ok() {
                // xorshift64.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let answer = if state % 100 < FAILING { b"-" } else { b"+" };
                if stream.write_all(answer).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(())
}

/// What the clients got in all: good answers, failures, and calls that were not made.
#[derive(Default)]
struct Tally([AtomicU64; 3]);

impl Tally {
    fn count(&self, outcome: &Result<(), Failure>) {
        let which = match outcome {
            Ok(()) => 0,
            Err(Failure::Down | Failure::Io(_)) => 1,
            Err(Failure::NotCalled(_)) => 2,
        };
        self.0[which].fetch_add(1, Ordering::Relaxed);
    }

    fn per_second(&self) -> [u64; 3] {
        [0, 1, 2].map(|which| self.0[which].load(Ordering::Relaxed) / LASTING.as_secs())
    }
}

async fn run(layer: ServiceOptions) -> Result<[u64; 3], Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(serve(listener));
    let registry = Registry::new();
    registry.configure("plan_service", layer)?;
    let tally: &'static Tally = Box::leak(Box::default());
    let end = (Instant::now() + LASTING).into();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let client = Client {
            service: registry.service("plan_service"),
            stream: Mutex::new(stream),
        };
        clients.push(tokio::spawn(timeout_at(end, async move {
            loop {
                let outcome = client.ask().await;
                if matches!(outcome, Err(Failure::NotCalled(_))) {
                    // As a client that has something else to do meanwhile.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                tally.count(&outcome);
            }
        })));
    }
    for client in clients {
        // All of them end by the time.
        let _: Result<(), _> = client.await?;
    }
    server.abort();
    Ok(tally.per_second())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let once = RetryPolicy::builder().max_attempts(1);
    let no_breaker = ServiceOptions::new().breaker(BreakerPolicy::builder().enabled(false));
    let five_in_a_row = BreakerPolicy::builder()
        .failure_threshold(5)
        .failure_span(Duration::ZERO)
        .recovery_timeout(Duration::from_secs(30))
        .recovery_factor(1.0)
        .recovery_jitter(0.0);
    let table = [
        ("one attempt, no breaker", no_breaker.retry(once)),
        ("retries, no breaker", no_breaker),
        (
            "five failures in a row, 30 s",
            ServiceOptions::new().breaker(five_in_a_row),
        ),
        ("default", ServiceOptions::new()),
    ];
    println!("| {FAILING} % of the answers fail | good/s | failed/s | not called/s |\n| --- | --- | --- | --- |");
    for (name, layer) in table {
        let [good, failed, rejected] = run(layer).await?;
        println!("| {name} | {good} | {failed} | {rejected} |");
    }
    Ok(())
}
