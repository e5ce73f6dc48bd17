use resilience_core::retry_service;
use resilience_tests::Error;

struct Client {
    plans: String,
}

impl Client {
    #[retry_service(service = self.plans, idempotent)]
    async fn fetch_plan(&self) -> Result<u32, Error> {
        Ok(1)
    }

    #[retry_service(name = "plan_service", registry = self.plans)]
    async fn write_plan(&self) -> Result<u32, Error> {
        Ok(1)
    }

    #[retry_service(name = "plan_service", classify = |outcome: &u32| todo!())]
    async fn judged(&self) -> Result<u32, Error> {
        Ok(1)
    }
}

fn main() {}
