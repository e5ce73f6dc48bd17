#[retry_service(name = "plan_service", fallback = |_| Page::empty(id), classify = by_status)]
async fn fetch(&self, id: u32) -> Page {
    self.http.get(id).await
}
