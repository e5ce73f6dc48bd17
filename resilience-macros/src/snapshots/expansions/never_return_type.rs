// No value of `!` can be bound with its type written out.
#[retry_service(name = "plan_service", classify = judge)]
async fn serve(&self) -> ! {
    loop {
        self.http.accept().await;
    }
}
