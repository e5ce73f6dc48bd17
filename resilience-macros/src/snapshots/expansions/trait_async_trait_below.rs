#[retry_service(name = "plan_store")]
trait PlanStore {
    #[plain]
    async fn get<S: AsRef<str>>(&self, key: S) -> Result<Plan, PlanError>
    where
        Self: Debug;
}
