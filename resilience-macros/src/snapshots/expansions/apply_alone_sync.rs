#[apply(crate = crate::facade)]
fn commit(&self) -> Result<(), PlanError> {
    #![allow(unused_variables)]
    self.http.commit_blocking()
}
