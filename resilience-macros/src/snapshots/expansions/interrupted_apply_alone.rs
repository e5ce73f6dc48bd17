#[apply(interrupted = PlanError::interrupted, classify = classify::always_transient)]
async fn write_plan(&self, plan: Plan) -> Result<(), PlanError> {
    self.put(plan).await
}
