// They are legal at the beginning of a body only.
#[retry_service(name = "plan_service", idempotent)]
async fn fetch_plan(&self) -> Result<Plan, PlanError> {
    #![allow(clippy::needless_return)]
    #![allow(unused_variables)]
    return self.http.get().await;
}
