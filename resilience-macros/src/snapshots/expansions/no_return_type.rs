#[retry_service(name = "plan_service", classify = judge)]
async fn ping(&self) {
    self.http.ping().await
}
