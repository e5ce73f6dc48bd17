//! Futures of annotated functions in tasks, in each other, and in the tools of the async world.

use crate::{SHAPES, Work, send};
use futures::{StreamExt, TryStreamExt, future::BoxFuture};
use resilience_core::retry_service;
use resilience_tests::Error;
use std::{panic::UnwindSafe, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
};

#[retry_service(service = SHAPES, idempotent)]
async fn channels(work: &Work, queue: &mpsc::Sender<u32>) -> Result<u32, Error> {
    let (sender, receiver) = oneshot::channel();
    let run = work.wait().await?;
    queue.send(run).await.map_err(|_| Error::Missing)?;
    sender.send(run).map_err(|_| Error::Missing)?;
    receiver.await.map_err(|_| Error::Missing)
}

#[retry_service(service = SHAPES, idempotent)]
async fn guards(work: &Work, shared: &Mutex<Vec<u32>>, text: &str) -> Result<usize, Error> {
    let mut held = shared.lock().await;
    let run = work.wait().await?;
    held.push(run);
    Ok(held.len() + text.len())
}

#[retry_service(service = SHAPES, idempotent)]
async fn one(work: &Work) -> Result<u32, Error> {
    work.wait().await
}

#[retry_service(service = SHAPES, idempotent)]
async fn two(work: &Work) -> Result<u32, Error> {
    one(work).await
}

#[retry_service(service = SHAPES, idempotent)]
async fn three(work: &Work) -> Result<u32, Error> {
    two(work).await
}

#[retry_service(service = SHAPES, idempotent)]
async fn four(work: &Work) -> Result<u32, Error> {
    three(work).await
}

#[retry_service(service = SHAPES, idempotent)]
async fn five(work: &Work) -> Result<u32, Error> {
    four(work).await
}

#[retry_service(service = SHAPES, idempotent)]
async fn six(work: &Work) -> Result<u32, Error> {
    five(work).await
}

#[retry_service(service = SHAPES, idempotent)]
async fn recursive(work: &Work, depth: u32) -> Result<u32, Error> {
    if depth == 0 {
        return work.wait().await;
    }
    Box::pin(recursive(work, depth - 1)).await
}

#[retry_service(service = SHAPES, idempotent)]
fn ping(work: &Work, depth: u32) -> BoxFuture<'_, Result<u32, Error>> {
    Box::pin(async move {
        if depth == 0 {
            work.wait().await
        } else {
            pong(work, depth - 1).await
        }
    })
}

#[retry_service(service = SHAPES, idempotent)]
async fn pong(work: &Work, depth: u32) -> Result<u32, Error> {
    if depth == 0 {
        work.wait().await
    } else {
        ping(work, depth - 1).await
    }
}

#[retry_service(service = SHAPES, idempotent)]
fn recursive_blocking(work: &Work, depth: u32) -> Result<u32, Error> {
    if depth == 0 {
        work.run()
    } else {
        recursive_blocking(work, depth - 1)
    }
}

#[tokio::test]
async fn in_a_spawned_task() {
    let (sender, mut receiver) = mpsc::channel(9);
    let spawned = tokio::spawn(async move { channels(&Work::hard(), &sender).await });
    assert_eq!(spawned.await.unwrap(), Ok(3));
    assert_eq!(receiver.recv().await, Some(3));
    let shared = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&shared);
    let spawned = tokio::spawn(async move {
        let text = String::from("text");
        guards(&Work::hard(), &theirs, &text).await
    });
    assert_eq!(spawned.await.unwrap(), Ok(5));
    assert_eq!(*shared.lock().await, [3]);
}

#[tokio::test]
async fn in_sets_and_streams() {
    let mut set = JoinSet::new();
    for _ in 0..3 {
        set.spawn(async { one(&Work::hard()).await });
    }
    assert_eq!(set.join_all().await, [Ok(3), Ok(3), Ok(3)]);
    let works = [Work::hard(), Work::hard()];
    let all: Vec<u32> = futures::stream::iter(&works)
        .map(one)
        .buffer_unordered(2)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all, [3, 3]);
    let (first, second) = (Work::hard(), Work::hard());
    assert_eq!(tokio::try_join!(one(&first), one(&second)), Ok((3, 3)));
    let first = Work::hard();
    let chosen = tokio::select! {
        found = one(&first) => found,
        () = std::future::pending() => Err(Error::Missing),
    };
    assert_eq!(chosen, Ok(3));
    assert_eq!(
        tokio::time::timeout(Duration::from_secs(60), one(&Work::hard())).await,
        Ok(Ok(3))
    );
}

#[tokio::test]
async fn in_each_other() {
    let nested = tokio::spawn(async { six(&Work::hard()).await });
    assert_eq!(nested.await.unwrap(), Ok(3));
    let recursion = tokio::spawn(async { recursive(&Work::hard(), 5).await });
    assert_eq!(recursion.await.unwrap(), Ok(3));
    let mutual = tokio::spawn(async { pong(&Work::hard(), 5).await });
    assert_eq!(mutual.await.unwrap(), Ok(3));
    assert_eq!(recursive_blocking(&Work::hard(), 5), Ok(3));
}

#[tokio::test]
async fn as_safe_as_the_body() {
    fn sync<F: Sync>(future: F) -> F {
        future
    }
    fn unwind_safe<F: UnwindSafe>(future: F) -> F {
        future
    }
    #[retry_service(service = SHAPES, idempotent)]
    async fn ready() -> Result<u32, Error> {
        std::future::ready(Ok(1)).await
    }
    #[retry_service(service = SHAPES)]
    async fn ready_once(text: String) -> Result<String, Error> {
        std::future::ready(Ok(text)).await
    }
    assert_eq!(send(sync(unwind_safe(ready()))).await, Ok(1));
    assert_eq!(
        send(sync(unwind_safe(ready_once("text".into())))).await.unwrap(),
        "text"
    );
}
