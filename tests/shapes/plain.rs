//! What is legal in a function is legal in one that runs once: shapes that cannot be retried.

use crate::{SHAPES, Work, send};
use resilience_core::{apply, retry_service};
use resilience_tests::Error;
use std::cell::Cell;

#[derive(Debug, PartialEq)]
struct Plan {
    name: String,
    steps: Vec<u32>,
}

fn plan() -> Plan {
    Plan {
        name: "plan".into(),
        steps: vec![1],
    }
}

async fn store(name: String, steps: Vec<u32>) -> usize {
    name.len() + steps.len()
}

struct Client {
    work: Work,
    plan: Plan,
}

impl Client {
    fn new() -> Self {
        Self {
            work: Work::easy(),
            plan: plan(),
        }
    }

    #[retry_service(service = SHAPES)]
    async fn moved_argument(&self, plan: Plan) -> Result<usize, Error> {
        self.work.wait().await?;
        Ok(store(plan.name, plan.steps).await)
    }

    #[retry_service(service = SHAPES)]
    fn moved_argument_blocking(&self, plan: Plan) -> Result<Vec<u32>, Error> {
        self.work.run()?;
        Ok(plan.steps)
    }

    #[retry_service(service = SHAPES)]
    async fn consumed_self(self) -> Result<Plan, Error> {
        self.work.wait().await?;
        Ok(self.plan)
    }

    #[retry_service(service = SHAPES)]
    fn consumed_self_blocking(self) -> Result<Plan, Error> {
        self.work.run()?;
        Ok(self.plan)
    }

    #[retry_service(service = SHAPES)]
    async fn destructured(&self, Plan { name, steps }: Plan) -> Result<usize, Error> {
        self.work.wait().await?;
        Ok(store(name, steps).await)
    }

    #[retry_service(service = SHAPES)]
    async fn mutable(mut self, mut steps: Vec<u32>, (mut a, b): (u32, u32)) -> Result<Vec<u32>, Error> {
        a += self.work.wait().await?;
        self.plan.steps.push(a);
        steps.push(b);
        steps.append(&mut self.plan.steps);
        Ok(steps)
    }

    #[retry_service(service = SHAPES)]
    fn mutable_blocking(mut self, mut steps: Vec<u32>) -> Result<Vec<u32>, Error> {
        self.plan.steps.push(self.work.run()?);
        steps.append(&mut self.plan.steps);
        Ok(steps)
    }

    #[retry_service(service = SHAPES)]
    async fn lends_exclusively(&mut self) -> Result<&mut Plan, Error> {
        self.work.wait().await?;
        Ok(&mut self.plan)
    }

    #[retry_service(service = SHAPES)]
    fn lends_exclusively_blocking(&mut self) -> Result<&mut Plan, Error> {
        self.work.run()?;
        Ok(&mut self.plan)
    }

    /// May be sent, and cannot be shared.
    #[retry_service(service = SHAPES)]
    async fn cannot_be_shared(&self, cell: Cell<u32>) -> Result<u32, Error> {
        self.work.wait().await?;
        cell.set(cell.get() + 1);
        self.work.wait().await?;
        Ok(cell.get())
    }

    /// As `tracing::instrument` leaves it, when it stands above.
    #[retry_service(service = SHAPES)]
    async fn wrapped_before(&self, plan: Plan) -> Result<usize, Error> {
        let body = async move {
            self.work.wait().await?;
            Ok(store(plan.name, plan.steps).await)
        };
        if self.work.runs() < 9 {
            body.await
        } else {
            Err(Error::Missing)
        }
    }

    #[retry_service(service = SHAPES)]
    #[apply]
    async fn apply_below(&self, plan: Plan) -> Result<usize, Error> {
        self.work.wait().await?;
        Ok(store(plan.name, plan.steps).await)
    }

    #[apply]
    #[retry_service(service = SHAPES)]
    fn apply_above(&self, plan: Plan) -> Result<Plan, Error> {
        self.work.run()?;
        Ok(plan)
    }

    #[apply]
    async fn apply_alone(self, mut plan: Plan) -> Result<Plan, Error> {
        plan.steps.push(self.work.wait().await?);
        Ok(plan)
    }
}

#[tokio::test]
async fn what_cannot_be_repeated_runs_once() {
    assert_eq!(send(Client::new().moved_argument(plan())).await, Ok(5));
    assert_eq!(Client::new().moved_argument_blocking(plan()), Ok(vec![1]));
    assert_eq!(send(Client::new().consumed_self()).await, Ok(plan()));
    assert_eq!(Client::new().consumed_self_blocking(), Ok(plan()));
    assert_eq!(send(Client::new().destructured(plan())).await, Ok(5));
    assert_eq!(send(Client::new().mutable(vec![7], (8, 9))).await, Ok(vec![7, 9, 1, 9]));
    assert_eq!(Client::new().mutable_blocking(vec![7]), Ok(vec![7, 1, 1]));
    assert_eq!(send(Client::new().lends_exclusively()).await, Ok(&mut plan()));
    assert_eq!(Client::new().lends_exclusively_blocking(), Ok(&mut plan()));
    assert_eq!(send(Client::new().cannot_be_shared(Cell::new(1))).await, Ok(2));
    assert_eq!(send(Client::new().wrapped_before(plan())).await, Ok(5));
}

#[tokio::test]
async fn a_failure_is_not_repeated() {
    let client = Client {
        work: Work::hard(),
        plan: plan(),
    };
    assert_eq!(client.moved_argument(plan()).await, Err(Error::Down(1)));
    assert_eq!(client.moved_argument_blocking(plan()), Err(Error::Down(2)));
    assert_eq!(client.work.runs(), 2);
}

#[tokio::test]
async fn an_apply_runs_once() {
    assert_eq!(send(Client::new().apply_below(plan())).await, Ok(5));
    assert_eq!(Client::new().apply_above(plan()), Ok(plan()));
    assert_eq!(send(Client::new().apply_alone(plan())).await.unwrap().steps, [1, 1]);
    let client = Client {
        work: Work::hard(),
        plan: plan(),
    };
    assert_eq!(client.apply_below(plan()).await, Err(Error::Down(1)));
    assert_eq!(client.apply_above(plan()), Err(Error::Down(2)));
    assert_eq!(client.work.runs(), 2);
    let client = Client {
        work: Work::hard(),
        plan: plan(),
    };
    assert_eq!(client.apply_alone(plan()).await, Err(Error::Down(1)));
}
