//! What only newer editions have, and the crates of older ones, which share the shapes and the exits, therefore not.

#![allow(
    clippy::manual_async_fn,
    clippy::unused_async,
    reason = "what is tested is how it is written"
)]

use resilience_core::{Service, ServiceOptions, retry_service};
use resilience_tests::{Error, World, immediate};
use std::{cell::Cell, future::Future};

type Live = &'static Service;

fn service() -> Live {
    World::new()
        .plans("plan_service", ServiceOptions::new().retry(immediate(3)))
        .service
}

#[test]
fn a_failure_in_a_let_chain_is_retried() {
    #[retry_service(service = service, idempotent)]
    fn fetch(service: Live, runs: &Cell<u32>) -> Result<u32, Error> {
        runs.set(runs.get() + 1);
        if let run = runs.get()
            && run < 3
        {
            return Err(Error::Down(run));
        }
        Ok(runs.get())
    }

    assert_eq!(fetch(service(), &Cell::new(0)), Ok(3));
}

struct Client {
    service: Live,
    runs: Cell<u32>,
}

impl Client {
    async fn run(&self) -> Result<u32, Error> {
        self.runs.set(self.runs.get() + 1);
        if self.runs.get() < 3 {
            Err(Error::Down(self.runs.get()))
        } else {
            Ok(3)
        }
    }

    /// What `self` borrows is captured, not `self`: no `move` is needed.
    #[retry_service(service = self.service, idempotent)]
    fn captures_little(&self) -> impl Future<Output = Result<u32, Error>> + use<'_> {
        async { self.run().await }
    }
}

#[tokio::test]
async fn a_block_that_captures_fields_stays_one() {
    let client = Client {
        service: service(),
        runs: Cell::new(0),
    };
    assert_eq!(client.captures_little().await, Ok(3));
}
