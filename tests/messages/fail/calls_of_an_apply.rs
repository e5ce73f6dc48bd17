use resilience_core::{apply, idempotent, retry_service};
use resilience_tests::Error;

struct Client;

#[retry_service(name = "plan_service")]
impl Client {
    #[idempotent]
    async fn on_self(&self) -> Result<(), Error> {
        if true {
            self.commit(1).await?;
        }
        Ok(())
    }

    #[idempotent]
    async fn by_path(&self) -> Result<(), Error> {
        Self::commit(self, 1).await?;
        vec![self.generic::<u8>()].remove(0)
    }

    #[retry_service(name = "tool_service", idempotent)]
    async fn with_a_service_of_its_own(&self) -> Result<(), Error> {
        self.commit(2).await
    }

    async fn unmarked(&self) -> Result<(), Error> {
        self.commit(3).await
    }

    #[apply]
    async fn commit(&self, _id: u32) -> Result<(), Error> {
        Ok(())
    }

    #[apply]
    fn generic<T>(&self) -> Result<(), Error> {
        Ok(())
    }
}

struct Words<T>(T);

mod paths {
    pub(super) struct Plans;
}

#[retry_service(name = "plan_service")]
impl<T> Words<T> {
    #[idempotent]
    fn by_type(&self) -> Result<(), Error> {
        Words::commit(self)?;
        Words::<T>::commit(self)?;
        <Words<T>>::commit(self)?;
        <Self>::commit(self)
    }

    #[idempotent]
    fn as_a_value(&self) -> Result<(), Error> {
        let all = [self, self];
        all.into_iter().try_for_each(Self::commit)
    }

    #[apply]
    fn commit(&self) -> Result<(), Error> {
        Ok(())
    }
}

trait Store {
    fn get(&self) -> Result<(), Error>;
    fn put(&self) -> Result<(), Error>;
}

#[retry_service(name = "plan_service")]
impl Store for paths::Plans {
    #[idempotent]
    fn get(&self) -> Result<(), Error> {
        <Self as Store>::put(self)?;
        Store::put(self)?;
        paths::Plans::put(self)
    }

    #[apply]
    fn put(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn main() {}
