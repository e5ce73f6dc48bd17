#[retry_service(name = "plan_store", breaker(failure_threshold = 3))]
pub trait PlanStore<K: Key>: Send + Sync {
    type Plan;
    const LIMIT: usize = 100;

    /// Reads a plan.
    #[idempotent(clone(key))]
    async fn get(&self, key: K) -> Result<Self::Plan, PlanError>;

    #[apply]
    fn put<'a>(&'a mut self, plan: Self::Plan) -> Pin<Box<dyn Future<Output = Result<(), PlanError>> + Send + 'a>>;

    fn name(&self) -> String {
        "plans".to_owned()
    }
}
