// `impl Trait` cannot be named inside the body.
#[retry_service(name = "plan_service", idempotent)]
async fn list(&self, of: impl AsRef<str>) -> Result<impl Iterator<Item = u32> + use<'_>, Box<dyn Fn(u32) -> u32>> {
    Ok(self.http.list(of.as_ref()).await?.into_iter())
}
