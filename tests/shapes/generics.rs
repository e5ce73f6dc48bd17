//! Generic functions, and generic callers.

use crate::{SHAPES, Work, send};
use resilience_core::retry_service;
use resilience_tests::Error;
use std::{
    fmt::{Debug, Display},
    future::Future,
    marker::PhantomData,
};

trait Table {
    type Row: From<u32> + Send;
    const FIRST: u32;
}

struct Plans;

impl Table for Plans {
    type Row = u64;
    const FIRST: u32 = 10;
}

struct Client<'w, T, const N: usize> {
    work: &'w Work,
    table: PhantomData<T>,
    padding: [u8; N],
}

impl<'w, T: Table + Sync, const N: usize> Client<'w, T, N> {
    fn new(work: &'w Work) -> Self {
        Self {
            work,
            table: PhantomData,
            padding: [0; N],
        }
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn row(&self) -> Result<T::Row, Error> {
        let run = self.work.wait().await?;
        Ok((run + T::FIRST + self.padding.len() as u32).into())
    }

    #[retry_service(service = SHAPES, idempotent)]
    async fn outlives(&self) -> Result<&'w Work, Error> {
        self.work.wait().await?;
        Ok(self.work)
    }
}

#[retry_service(service = SHAPES, idempotent)]
async fn bounded<'a, T, K, const N: usize>(work: &Work, of: &'a T, keys: [K; N]) -> Result<(&'a T, usize), Error>
where
    T: Debug + ?Sized + Sync,
    K: Display + Sync,
{
    work.wait().await?;
    Ok((of, keys.len()))
}

#[retry_service(service = SHAPES, idempotent)]
async fn higher_ranked<F>(work: &Work, hook: F) -> Result<usize, Error>
where
    for<'a> F: Fn(&'a str) -> &'a str + Sync,
{
    work.wait().await?;
    Ok(hook("text").len())
}

#[retry_service(service = SHAPES, idempotent)]
async fn async_hook<F>(work: &Work, hook: impl Fn(u32) -> F + Sync) -> Result<u32, Error>
where
    F: Future<Output = Result<u32, Error>> + Send,
{
    hook(work.wait().await?).await
}

/// As the executors of SQL crates: consumed, implemented for `&mut`.
trait Executor<'c>: Sized + Send {
    fn execute(self, work: &Work) -> impl Future<Output = Result<u32, Error>> + Send;
}

struct Connection(u32);

impl<'c> Executor<'c> for &'c mut Connection {
    async fn execute(self, work: &Work) -> Result<u32, Error> {
        self.0 += 1;
        work.wait().await
    }
}

#[retry_service(service = SHAPES, idempotent)]
async fn executes(work: &Work, connection: &mut Connection) -> Result<u32, Error> {
    connection.execute(work).await
}

/// A `&mut` and a borrowed argument, called by something generic.
trait Store: Send {
    fn put(&mut self, key: &str) -> impl Future<Output = Result<usize, Error>> + Send;
}

struct Memory {
    work: Work,
    keys: Vec<String>,
}

impl Store for Memory {
    #[retry_service(service = SHAPES, idempotent)]
    async fn put(&mut self, key: &str) -> Result<usize, Error> {
        self.work.wait().await?;
        self.keys.push(key.to_owned());
        Ok(self.keys.len())
    }
}

async fn put_all<S: Store>(store: &mut S, keys: &[&str]) -> Result<usize, Error> {
    let mut count = 0;
    for key in keys {
        count = store.put(key).await?;
    }
    Ok(count)
}

#[retry_service(service = SHAPES, idempotent)]
fn shared_by_all_types<T: Default + Debug>(work: &Work) -> Result<T, Error> {
    work.run()?;
    Ok(T::default())
}

#[tokio::test]
async fn every_generic_function_is_retried() {
    let work = Work::hard();
    assert_eq!(send(Client::<Plans, 4>::new(&work).row()).await, Ok(17));
    let work = Work::hard();
    assert_eq!(send(Client::<Plans, 0>::new(&work).outlives()).await.unwrap().runs(), 3);
    assert_eq!(send(bounded(&Work::hard(), "text", [1, 2])).await, Ok(("text", 2)));
    assert_eq!(send(higher_ranked(&Work::hard(), |text| &text[1..])).await, Ok(3));
    assert_eq!(send(async_hook(&Work::hard(), async |n| Ok(n + 1))).await, Ok(4));
    let mut connection = Connection(0);
    assert_eq!(send(executes(&Work::hard(), &mut connection)).await, Ok(3));
    assert_eq!(connection.0, 3);
    let mut memory = Memory {
        work: Work::hard(),
        keys: Vec::new(),
    };
    assert_eq!(send(put_all(&mut memory, &["a", "b"])).await, Ok(2));
    assert_eq!(memory.work.runs(), 4);
    assert_eq!(shared_by_all_types::<u32>(&Work::hard()), Ok(0));
    assert_eq!(shared_by_all_types::<String>(&Work::hard()), Ok(String::new()));
}
