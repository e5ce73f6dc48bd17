#[retry_service(name = "plan_store")]
pub trait PlanStore {
    type Error: Classify + From<Interruption>;

    #[apply]
    async fn put(&self, plan: Plan) -> Result<(), Self::Error>;

    fn name(&self) -> String;
}
