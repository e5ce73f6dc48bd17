//! The ways out of methods: of traits, generics and values, and of those that get one attempt.

use crate::{Error, Runs, service};
use resilience_core::{apply, retry_service};

trait Plans {
    async fn fetch(&self) -> Result<u32, Error>;
}

struct Service(Runs);

impl Plans for Service {
    #[retry_service(service = service(), idempotent)]
    async fn fetch(&self) -> Result<u32, Error> {
        self.0.start();
        Ok(self.0.attempt()?)
    }
}

#[async_trait::async_trait(?Send)]
trait Boxed {
    async fn fetch_boxed(&self) -> Result<u32, Error>;
}

#[async_trait::async_trait(?Send)]
impl Boxed for Service {
    #[retry_service(service = service(), idempotent)]
    async fn fetch_boxed(&self) -> Result<u32, Error> {
        self.0.start();
        let value = self.0.attempt()?;
        Ok(value)
    }
}

impl Service {
    #[retry_service(service = service(), idempotent)]
    async fn counted(&mut self, seen: &mut Vec<u32>) -> Result<u32, Error> {
        let failing = self.0.start();
        seen.push(self.0.number());
        if failing {
            return Err(Error::Down(self.0.number()));
        }
        Ok(self.0.number())
    }

    #[retry_service(service = service(), idempotent, clone(text))]
    async fn cloned(&self, text: String) -> Result<String, Error> {
        if self.0.start() {
            Err(Error::Down(self.0.number()))
        } else {
            Ok(text)
        }
    }

    #[retry_service(service = service(), idempotent)]
    fn generic<'a, T: Copy + Into<u32>, const N: usize>(&self, values: &'a [T; N]) -> Result<&'a T, Error> {
        self.0.start();
        let last = values.last().ok_or(Error::Unreadable)?;
        assert_eq!(self.0.attempt()?, (*last).into());
        Ok(last)
    }

    #[retry_service(service = service())]
    async fn plain(&self) -> Result<u32, Error> {
        self.0.start();
        Ok(self.0.attempt()?)
    }

    #[retry_service(service = service())]
    #[apply]
    async fn write(&self) -> Result<u32, Error> {
        if self.0.start() {
            return Err(Error::Down(self.0.number()));
        }
        Ok(self.0.number())
    }
}

#[tokio::test(start_paused = true)]
async fn every_way_out_of_a_method_is_retried() {
    let service = || Service(Runs::default());

    let plans = service();
    assert_eq!((plans.fetch().await, plans.0.number()), (Ok(3), 3));
    let plans = service();
    assert_eq!((plans.fetch_boxed().await, plans.0.number()), (Ok(3), 3));
    let plans = service();
    assert_eq!(
        (plans.cloned("text".to_owned()).await, plans.0.number()),
        (Ok("text".to_owned()), 3)
    );
    let plans = service();
    assert_eq!((plans.generic(&[1_u8, 3]), plans.0.number()), (Ok(&3), 3));

    let mut plans = service();
    let mut seen = Vec::new();
    assert_eq!(plans.counted(&mut seen).await, Ok(3));
    // What a body changes through `&mut` stays changed.
    assert_eq!(seen, [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn without_idempotent_every_way_out_ends_the_call() {
    let plans = Service(Runs::default());

    assert_eq!(plans.plain().await, Err(Error::Down(1)));
    assert_eq!(plans.write().await, Err(Error::Down(2)));
    assert_eq!(plans.plain().await, Ok(3));
}
