use resilience_core::retry_service;
use resilience_tests::Error;
use std::sync::Arc;

async fn store(name: String, ids: Vec<u32>) -> Result<usize, Error> {
    Ok(name.len() + ids.len())
}

struct Client {
    name: String,
}

impl Client {
    #[retry_service(name = "plan_service", idempotent)]
    async fn of_async(&self, name: String, ids: Vec<u32>) -> Result<usize, Error> {
        store(name, ids).await
    }

    #[retry_service(name = "plan_service", idempotent)]
    fn of_sync(&self, name: String) -> Result<String, Error> {
        Ok(name)
    }

    #[retry_service(name = "plan_service", idempotent)]
    async fn field_of_self(self) -> Result<String, Error> {
        Ok(self.name)
    }

    #[retry_service(name = "plan_service", idempotent)]
    async fn field_of_borrowed_self(&self) -> Result<String, Error> {
        Ok(self.name)
    }

    #[retry_service(name = "plan_service", idempotent)]
    async fn into_a_task(self: Arc<Self>) -> Result<usize, Error> {
        let task = async move { self.name.len() };
        Ok(task.await)
    }
}

fn main() {}

#[derive(Clone, Copy)]
struct Id(u32);

async fn look_up<T>(id: Id, more: T) -> Result<T, Error> {
    let _ = id.0;
    Ok(more)
}

struct Block;

#[retry_service(name = "plan_service")]
impl Block {
    /// `Id` is copied, and of `T` nobody knows.
    #[resilience_core::idempotent]
    async fn of_block<T>(&self, id: Id, more: T) -> Result<T, Error> {
        look_up(id, more).await
    }

    /// What a macro or a method does with an argument is for the compiler to find.
    #[resilience_core::idempotent]
    fn unseen(&self, name: String) -> Result<Vec<u8>, Error> {
        Ok(name.into_bytes())
    }
}
