//! The ways out of an asynchronous body.

use crate::{Down, Error, Runs, service};
use resilience_core::retry_service;
use std::future::{Future, ready};

async fn attempt(runs: &Runs) -> Result<u32, Down> {
    tokio::task::yield_now().await;
    runs.attempt()
}

#[retry_service(service = service(), idempotent)]
async fn tail(runs: &Runs) -> Result<u32, Error> {
    if runs.start() {
        Err(Error::Down(runs.number()))
    } else {
        Ok(runs.number())
    }
}

#[retry_service(service = service(), idempotent)]
async fn question_mark(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let value: Result<u32, Error> = attempt(runs).await.map_err(Error::from);
    Ok(value?)
}

#[retry_service(service = service(), idempotent)]
async fn question_mark_with_conversion(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    Ok(attempt(runs).await?)
}

#[retry_service(service = service(), idempotent)]
async fn early_return(runs: &Runs) -> Result<u32, Error> {
    if runs.start() {
        return Err(Error::Down(runs.number()));
    }
    return Ok(runs.number());
}

#[retry_service(service = service(), idempotent)]
async fn return_in_a_loop(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let mut rounds = 0;
    loop {
        rounds += 1;
        match attempt(runs).await {
            Err(Down(run)) if rounds == 2 => return Err(Error::Down(run)),
            Err(_) => {}
            Ok(value) if rounds == 3 => return Ok(value),
            Ok(_) => {}
        }
    }
}

#[retry_service(service = service(), idempotent)]
async fn inside_format(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    Ok(format!("{}", attempt(runs).await?).parse()?)
}

#[retry_service(service = service(), idempotent)]
async fn inside_select(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    tokio::select! {
        biased;
        value = attempt(runs) => {
            let value = value?;
            Ok(value)
        }
        () = std::future::pending() => return Err(Error::Unreadable),
    }
}

#[retry_service(service = service(), idempotent)]
async fn return_inside_select(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    loop {
        tokio::select! {
            value = attempt(runs) => match value {
                Err(Down(run)) => return Err(Error::Down(run)),
                Ok(value) => break Ok(value),
            },
        }
    }
}

#[retry_service(service = service(), idempotent)]
async fn after_join(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let (left, right) = tokio::join!(attempt(runs), async { Ok::<_, Error>(attempt(runs).await?) });
    assert_eq!(left?, right?);
    Ok(runs.number())
}

#[retry_service(service = service(), idempotent)]
async fn inside_try_join(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let (value, ()) = tokio::try_join!(attempt(runs), ready(Ok(())))?;
    Ok(value)
}

#[retry_service(service = service(), idempotent)]
async fn out_of_a_nested_block(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let inner = async {
        let value = attempt(runs).await?;
        Ok::<_, Down>(value)
    };
    Ok(inner.await?)
}

#[retry_service(service = service(), idempotent)]
async fn out_of_an_async_closure(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let inner = async || -> Result<u32, Down> { return attempt(runs).await };
    Ok(inner().await?)
}

#[retry_service(service = service(), idempotent)]
async fn labelled_break(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let outcome = 'search: loop {
        for _ in 0..2 {
            if let Err(Down(run)) = attempt(runs).await {
                break 'search Err(Error::Down(run));
            }
        }
        break Ok(runs.number());
    };
    outcome
}

#[retry_service(service = service(), idempotent)]
async fn match_arms(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    match attempt(runs).await {
        Err(Down(1)) => Err(Down(1))?,
        Err(Down(run)) => return Err(Error::Down(run)),
        Ok(value) => Ok(value),
    }
}

#[retry_service(service = service(), idempotent)]
async fn let_else(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let Ok(value) = attempt(runs).await else {
        return Err(Error::Down(runs.number()));
    };
    Ok(value)
}

#[retry_service(service = service(), idempotent)]
fn impl_future(runs: &Runs) -> impl Future<Output = Result<u32, Error>> + '_ {
    async move {
        runs.start();
        let value = attempt(runs).await?;
        return Ok(value);
    }
}

#[retry_service(service = service(), idempotent)]
async fn timeout_inside(runs: &Runs) -> Result<u32, Error> {
    runs.start();
    let limit = std::time::Duration::from_secs(1);
    let Ok(value) = tokio::time::timeout(limit, async {
        if runs.number() < 3 {
            std::future::pending().await
        } else {
            runs.number()
        }
    })
    .await
    else {
        return Err(Error::Unreadable);
    };
    Ok(value)
}

macro_rules! check {
    ($name:ident) => {{
        let runs = Runs::default();
        assert_eq!($name(&runs).await, Ok(3), stringify!($name));
        assert_eq!(runs.number(), 3, stringify!($name));
    }};
}

#[tokio::test(start_paused = true)]
async fn every_way_out_of_an_asynchronous_body_is_retried() {
    check!(tail);
    check!(question_mark);
    check!(question_mark_with_conversion);
    check!(early_return);
    check!(return_in_a_loop);
    check!(inside_format);
    check!(inside_select);
    check!(return_inside_select);
    check!(after_join);
    check!(inside_try_join);
    check!(out_of_a_nested_block);
    check!(out_of_an_async_closure);
    check!(labelled_break);
    check!(match_arms);
    check!(let_else);
    check!(impl_future);
    check!(timeout_inside);
}
