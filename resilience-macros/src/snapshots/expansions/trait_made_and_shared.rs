#[retry_service(name = "plan_store", pointers(Arc))]
pub trait PlanStore: Display {
    fn open(path: &str) -> Result<Self, PlanError>
    where
        Self: Sized,
    {
        Self::open_default()
    }

    #[idempotent]
    fn get(&self, id: u64) -> Pin<Box<dyn Future<Output = Result<Plan, PlanError>> + Send>>;
}
