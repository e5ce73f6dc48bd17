//! Shapes that meet another macro, recursion through `&mut self`, long chains, and objects that are awaited.

use crate::{SHAPES, Work, send};
use futures::{AsyncWrite, AsyncWriteExt, future::BoxFuture};
use resilience_core::{apply, retry_service};
use resilience_tests::Error;

/// The object is awaited, not only called.
#[retry_service(service = SHAPES, idempotent)]
async fn awaits_an_object(work: &Work, out: &mut (dyn AsyncWrite + Send + Unpin)) -> Result<u32, Error> {
    out.write_all(b"x").await.map_err(|_| Error::Missing)?;
    work.wait().await
}

/// As the executors of SQL crates, in a function that is generic over the connection.
trait Executor<'c>: Sized + Send {
    fn execute<'w>(self, work: &'w Work) -> BoxFuture<'w, Result<u32, Error>>
    where
        'c: 'w;
}

struct Connection(u32);

impl<'c> Executor<'c> for &'c mut Connection {
    fn execute<'w>(self, work: &'w Work) -> BoxFuture<'w, Result<u32, Error>>
    where
        'c: 'w,
    {
        Box::pin(async move {
            self.0 += 1;
            work.wait().await
        })
    }
}

#[retry_service(service = SHAPES, idempotent)]
async fn lends_to_an_executor<C>(work: &Work, connection: &mut C) -> Result<u32, Error>
where
    C: Send,
    for<'c> &'c mut C: Executor<'c>,
{
    connection.execute(work).await
}

#[retry_service(service = SHAPES)]
async fn consumes_an_executor<'c>(work: &Work, executor: impl Executor<'c>) -> Result<u32, Error> {
    executor.execute(work).await
}

struct Tree {
    work: Work,
    visited: u32,
}

impl Tree {
    #[retry_service(service = SHAPES, idempotent)]
    async fn visit(&mut self, depth: u32) -> Result<u32, Error> {
        self.visited += 1;
        if depth == 0 {
            return self.work.wait().await;
        }
        Box::pin(self.visit(depth - 1)).await
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn visit_boxed(&mut self, depth: u32) -> BoxFuture<'_, Result<u32, Error>> {
        Box::pin(async move {
            self.visited += 1;
            if depth == 0 {
                self.work.wait().await
            } else {
                self.visit_boxed(depth - 1).await
            }
        })
    }

    #[retry_service(service = SHAPES, idempotent)]
    fn visit_blocking(&mut self, depth: u32) -> Result<u32, Error> {
        self.visited += 1;
        if depth == 0 {
            self.work.run()
        } else {
            self.visit_blocking(depth - 1)
        }
    }
}

struct Made(Work);

/// Methods, and whole implementations, from a `macro_rules!`.
macro_rules! methods {
    ($($name:ident / $blocking:ident => $body:ident($argument:ident: $ty:ty) -> $ret:ty;)*) => {
        impl Made {
            $(
                #[retry_service(service = SHAPES, idempotent)]
                async fn $name(&self, $argument: $ty) -> $ret {
                    Ok(self.0.wait().await? + $argument.$body() as u32)
                }

                #[retry_service(service = SHAPES, idempotent, clone($argument))]
                fn $blocking(&mut self, mut $argument: $ty) -> $ret {
                    self.0.failures += 0;
                    $argument.clear();
                    Ok(self.0.run()? + $argument.$body() as u32)
                }
            )*
        }
    };
}

methods! {
    made / made_blocking => len(text: String) -> Result<u32, Error>;
    more / more_blocking => len(list: Vec<u8>) -> Result<u32, Error>;
}

macro_rules! guarded {
    ($item:item) => {
        #[retry_service(service = SHAPES, idempotent)]
        $item
    };
}

guarded! {
    async fn whole_item(work: &Work) -> Result<u32, Error> {
        work.wait().await
    }
}

/// The real `tracing::instrument`, below: one span per call, arguments by value included.
#[retry_service(service = SHAPES, idempotent)]
#[tracing::instrument(skip(work), err(Debug))]
async fn instrumented_below(work: &Work, name: String) -> Result<usize, Error> {
    work.wait().await?;
    Ok(name.len())
}

#[retry_service(service = SHAPES, idempotent)]
#[tracing::instrument(skip(work))]
#[allow(clippy::needless_pass_by_value, reason = "by value is what is tested")]
fn instrumented_below_blocking(work: &Work, name: String) -> Result<usize, Error> {
    work.run()?;
    Ok(name.len())
}

/// Above: one span per attempt. By reference it may be idempotent.
#[tracing::instrument(skip(work))]
#[retry_service(service = SHAPES, idempotent)]
async fn instrumented_above(work: &Work, name: &str) -> Result<usize, Error> {
    work.wait().await?;
    Ok(name.len())
}

#[tracing::instrument(skip(work))]
#[retry_service(service = SHAPES)]
async fn instrumented_above_moves(work: &Work, name: String) -> Result<String, Error> {
    work.wait().await?;
    Ok(name)
}

#[apply]
#[tracing::instrument(skip(work))]
#[retry_service(service = SHAPES)]
async fn instrumented_apply(work: &Work, name: String) -> Result<String, Error> {
    work.wait().await?;
    Ok(name)
}

#[retry_service(service = SHAPES, idempotent)]
#[allow(unreachable_code, clippy::todo, reason = "it is not written yet")]
fn unfinished_blocking(_work: &Work) -> Result<u32, Error> {
    todo!()
}

#[retry_service(service = SHAPES, idempotent)]
fn endless_blocking(work: &Work) -> Result<u32, Error> {
    loop {
        work.run()?;
    }
}

/// Twelve calls deep, callers before callees, with the default `recursion_limit`: 14 do not fit.
macro_rules! chain {
    ($first:ident) => {
        #[retry_service(service = SHAPES, idempotent)]
        async fn $first(work: &Work) -> Result<u32, Error> {
            work.wait().await
        }
    };
    ($first:ident $next:ident $($rest:ident)*) => {
        #[retry_service(service = SHAPES, idempotent)]
        async fn $first(work: &Work) -> Result<u32, Error> {
            $next(work).await
        }
        chain!($next $($rest)*);
    };
}

chain!(c12 c11 c10 c9 c8 c7 c6 c5 c4 c3 c2 c1);

#[tokio::test]
async fn objects_and_executors() {
    let (work, mut out) = (Work::hard(), Vec::new());
    assert_eq!(send(awaits_an_object(&work, &mut out)).await, Ok(3));
    assert_eq!(out, b"xxx");
    let mut connection = Connection(0);
    assert_eq!(send(lends_to_an_executor(&Work::hard(), &mut connection)).await, Ok(3));
    assert_eq!(connection.0, 3);
    assert_eq!(
        send(consumes_an_executor(&Work::hard(), &mut connection)).await,
        Err(Error::Down(1))
    );
}

#[tokio::test]
async fn recursion_through_an_exclusive_self() {
    let tree = || Tree {
        work: Work::hard(),
        visited: 0,
    };
    let visit = async move {
        let mut tree = tree();
        let run = tree.visit(2).await;
        (run, tree.visited)
    };
    // Only the outermost call retries: three times three visits.
    assert_eq!(tokio::spawn(send(visit)).await.unwrap(), (Ok(3), 9));
    let boxed = async move {
        let mut tree = tree();
        let run = tree.visit_boxed(2).await;
        (run, tree.visited)
    };
    assert_eq!(tokio::spawn(send(boxed)).await.unwrap(), (Ok(3), 9));
    let mut tree = tree();
    assert_eq!(tree.visit_blocking(2), Ok(3));
    assert_eq!(tree.visited, 9);
}

#[tokio::test]
async fn methods_that_a_macro_made() {
    let hard = || Made(Work::hard());
    assert_eq!(send(hard().made("text".into())).await, Ok(7));
    assert_eq!(hard().made_blocking("text".into()), Ok(3));
    assert_eq!(send(hard().more(vec![1])).await, Ok(4));
    assert_eq!(hard().more_blocking(vec![1]), Ok(3));
    assert_eq!(send(whole_item(&Work::hard())).await, Ok(3));
}

#[tokio::test]
async fn instrumented() {
    assert_eq!(send(instrumented_below(&Work::hard(), "name".into())).await, Ok(4));
    assert_eq!(instrumented_below_blocking(&Work::hard(), "name".into()), Ok(4));
    assert_eq!(send(instrumented_above(&Work::hard(), "name")).await, Ok(4));
    let name = || String::from("name");
    assert_eq!(send(instrumented_above_moves(&Work::easy(), name())).await, Ok(name()));
    let work = Work::hard();
    assert_eq!(send(instrumented_above_moves(&work, name())).await, Err(Error::Down(1)));
    assert_eq!(send(instrumented_apply(&Work::easy(), name())).await, Ok(name()));
    let work = Work::hard();
    assert_eq!(send(instrumented_apply(&work, name())).await, Err(Error::Down(1)));
    assert_eq!(work.runs(), 1);
}

#[test]
fn blocking_bodies_without_an_end() {
    let work = Work {
        failures: 9,
        ..Work::default()
    };
    assert_eq!(endless_blocking(&work), Err(Error::Down(3)));
    let unfinished = std::panic::catch_unwind(|| unfinished_blocking(&Work::hard()));
    assert!(unfinished.is_err());
}

#[tokio::test]
async fn a_long_chain_can_be_spawned() {
    assert_eq!(tokio::spawn(async { c12(&Work::hard()).await }).await.unwrap(), Ok(3));
}
