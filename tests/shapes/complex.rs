//! What the forbidding crate cannot hold itself: a trait with types that it only repeats, and its test, which allows lints.
#![allow(clippy::type_complexity, reason = "that is what it is for")]

use crate::{Work, forbidding, send};
use resilience_tests::Error;
use std::collections::HashMap;

type Answer<T = u32> = Result<T, Error>;

pub(crate) trait Catalogue {
    #[allow(async_fn_in_trait, reason = "nobody asks whether it is `Send`")]
    async fn complex(
        &self,
    ) -> Answer<HashMap<String, Vec<Option<Box<dyn Fn(u32) -> Answer<(u32, String)> + Send + Sync>>>>>;

    fn complex_blocking(
        &self,
    ) -> Answer<HashMap<String, Vec<Option<Box<dyn Fn(u32) -> Answer<(u32, String)> + Send + Sync>>>>>;
}

#[tokio::test]
async fn a_forbidding_crate_compiles() {
    assert_eq!(send(forbidding::items_first(&Work::hard())).await, Ok(4));
    assert_eq!(
        forbidding::items_and_copies(&Work::hard(), Vec::new()),
        Ok(vec!["more".to_owned()])
    );
    assert_eq!(forbidding::copies(&Work::hard(), Vec::new()), Ok(0));
    assert_eq!(
        forbidding::copies_of_parts(&Work::hard(), ("b".to_owned(), "a".to_owned())),
        Ok("ab".to_owned())
    );
    assert_eq!(forbidding::applies(&Work::easy()), Ok(2));
    assert_eq!(forbidding::applies_async(&Work::easy()).await, Ok(2));
    assert!(Work::hard().complex().await.is_ok_and(|found| found.is_empty()));
    assert!(Work::hard().complex_blocking().is_ok_and(|found| found.is_empty()));
    assert_eq!(forbidding::Block(Work::hard()).calls(), Ok(3));
    assert_eq!(forbidding::Block(Work::easy()).calls_an_apply(), Ok(1));
    assert_eq!(forbidding::through_the_decorator(Work::hard()), Err(Error::Down(1)));
    match forbidding::derived(&Work::hard()) {
        Ok(run) => assert_eq!(run, 3),
        Err(forbidding::Rejected::Down) => panic!("three attempts are enough"),
        Err(forbidding::Rejected::Ours(interruption)) => panic!("{}", interruption),
    }
}
