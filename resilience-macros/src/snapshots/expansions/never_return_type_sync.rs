#[retry_service(name = "plan_service", classify = judge)]
fn serve(&self) -> ! {
    loop {
        self.http.accept();
    }
}
