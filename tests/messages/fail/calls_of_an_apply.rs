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

fn main() {}
