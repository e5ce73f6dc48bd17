// No operation, only the fence.
#[apply]
async fn commit(&self) -> Result<(), PlanError> {
    self.http.commit().await
}
