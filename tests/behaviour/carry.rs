//! Work that leaves its attempt for a task or a thread of its own, and may apply there.

use resilience_core::{BreakerPolicy, CircuitState, Reason, ServiceOptions, scope};
use resilience_tests::{Error, Plans, World, down, exact, fine, immediate, secs};
use std::{
    cell::{Cell, RefCell},
    future::Future,
    sync::{Arc, Mutex},
    thread,
};
use tokio::sync::oneshot;

fn world() -> (Arc<Plans>, Arc<Plans>) {
    let world = World::new();
    let breaker = BreakerPolicy::builder().enabled(false);
    let layer = ServiceOptions::new()
        .retry(immediate(3).max_depth(255))
        .breaker(breaker);
    (
        Arc::new(world.plans("plan_service", layer)),
        Arc::new(world.plans("write_service", layer)),
    )
}

async fn write_down(write: Arc<Plans>) -> Result<u32, Error> {
    write.write(down).await
}

#[tokio::test(start_paused = true)]
async fn an_apply_in_a_bare_task_is_not_seen() {
    let (plan, write) = world();

    let result = plan.fetch(async |_| tokio::spawn(write_down(Arc::clone(&write))).await.unwrap());

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!((plan.runs(), write.runs()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn an_apply_in_a_carried_task_is_seen_by_all_around() {
    let (plan, write) = world();
    let outer = World::new().plans("outer_service", ServiceOptions::new().retry(immediate(3)));

    let result = outer.fetch(|_| {
        plan.fetch(async |_| {
            tokio::spawn(scope::carry(write_down(Arc::clone(&write))))
                .await
                .unwrap()
        })
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((outer.runs(), plan.runs(), write.runs()), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_carried_and_awaited_on_the_spot_is_seen() {
    let (plan, write) = world();

    let result = plan.fetch(|_| scope::carry(write_down(Arc::clone(&write))));

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

#[test]
fn an_apply_in_a_carried_thread_is_seen() {
    let (plan, write) = world();

    let result = plan.fetch_blocking(|_| {
        let carried = scope::carry_blocking(|| write.write_blocking(|run| Err(Error::Down(run))));
        thread::scope(|threads| threads.spawn(carried).join().unwrap())
    });

    assert_eq!(result, Err(Error::Down(1)));
    assert_eq!((plan.runs(), write.runs()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_carried_apply_that_started_before_the_attempt_was_judged_keeps_it_from_being_repeated() {
    // The task is detached, and its apply is still running.
    let (plan, write) = world();
    let (started, has_started) = oneshot::channel();
    let started = Cell::new(Some((started, has_started)));

    let result = plan.fetch(|run| {
        let (started, has_started) = started.take().unwrap();
        let write = Arc::clone(&write);
        tokio::spawn(scope::carry(async move {
            write
                .write(|_| async {
                    started.send(()).unwrap();
                    std::future::pending().await
                })
                .await
        }));
        async move {
            has_started.await.unwrap();
            Err(Error::Down(run))
        }
    });

    assert_eq!(result.await, Err(Error::Down(1)));
    assert_eq!(write.runs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_carried_apply_that_would_start_after_its_attempt_was_given_up_is_refused() {
    // Design, "Fence" 3
    let (plan, write) = world();
    let tasks = RefCell::new(Vec::new());

    let result = plan.fetch(|run| {
        let (go, gone) = oneshot::channel();
        let write = Arc::clone(&write);
        let task = tokio::spawn(scope::carry(async move {
            gone.await.unwrap();
            (write.write(fine).await, write.write_blocking(Ok))
        }));
        tasks.borrow_mut().push((go, task));
        async move { if run < 3 { Err(Error::Down(run)) } else { Ok(run) } }
    });
    assert_eq!(result.await, Ok(3));

    let mut outcomes = Vec::new();
    for (go, task) in tasks.into_inner() {
        go.send(()).unwrap();
        outcomes.push(task.await.unwrap());
    }
    for (first, second) in &outcomes[..2] {
        let interruption = first.unwrap_err().interruption().unwrap();
        assert_eq!(
            (interruption.reason(), interruption.attempts()),
            (Reason::Superseded, 0)
        );
        assert_eq!(second.unwrap_err().reason(), Some(Reason::Superseded));
    }
    // The attempt that made the outcome was given up for no other.
    assert_eq!(outcomes[2], (Ok(1), Ok(2)));
    assert_eq!(write.service.statistics().rejected, 4);
}

#[tokio::test(start_paused = true)]
async fn a_carried_apply_that_was_refused_gives_its_place_as_a_probe_back() {
    let world = World::new();
    let strict = exact().failure_threshold(1).half_open_max_calls(1).success_threshold(1);
    let plan = Arc::new(world.plans("plan_service", ServiceOptions::new().retry(immediate(3))));
    let write = Arc::new(world.plans("write_service", ServiceOptions::new().breaker(strict)));
    assert!(write.count(down).await.is_err());
    world.clock.advance(secs(30));

    let refused = late_apply(plan, Arc::clone(&write)).await;

    assert_eq!(refused.unwrap_err().reason(), Some(Reason::Superseded));
    assert_eq!(write.service.state(), CircuitState::HalfOpen);
    assert_eq!(write.count(fine).await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_carried_apply_that_was_refused_disarms_nobody() {
    // Carried twice: out of an attempt that was given up, inside work that was carried out of one that was not.
    let (plan, write) = world();
    let (outer, tool) = world();

    let result = outer.fetch(async |run| {
        if run == 1 {
            let task = tokio::spawn(scope::carry(late_apply(Arc::clone(&plan), Arc::clone(&write))));
            let refused = task.await.unwrap();
            assert_eq!(refused.unwrap_err().reason(), Some(Reason::Superseded));
        }
        tool.count(fine).await?;
        Err(Error::Down(run))
    });
    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!(write.runs(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_carried_out_of_one_call_binds_no_other() {
    let (plan, write) = world();
    let carried = async |apply: bool| {
        let write = Arc::clone(&write);
        let task = async move {
            if apply {
                write.write(fine).await
            } else {
                write.count(fine).await
            }
        };
        tokio::spawn(scope::carry(task)).await.unwrap()
    };

    let first = plan.fetch(async |run| carried(true).await.and(Err(Error::Down(run))));
    assert_eq!(first.await, Err(Error::Down(1)));
    let second = plan.fetch(async |run| carried(false).await.and(Err(Error::Down(run))));
    assert_eq!(second.await, Err(Error::Down(4)));
}

#[tokio::test(start_paused = true)]
async fn of_two_carried_tasks_one_that_applied_leaves_the_other_its_apply() {
    let (plan, write) = world();
    let (go, gone) = oneshot::channel();
    let waiting = Cell::new(Some(gone));
    let task = Mutex::new(None);

    let result = plan.fetch(|run| {
        let (late, early) = (Arc::clone(&write), Arc::clone(&write));
        let gone = waiting.take().unwrap();
        *task.lock().unwrap() = Some(tokio::spawn(scope::carry(async move {
            gone.await.unwrap();
            late.write(fine).await
        })));
        let early = tokio::spawn(scope::carry(async move { early.write(fine).await }));
        async move { early.await.unwrap().and(Err(Error::Down(run))) }
    });
    assert_eq!(result.await, Err(Error::Down(1)));

    go.send(()).unwrap();
    let late = task.lock().unwrap().take().unwrap();
    assert_eq!(late.await.unwrap(), Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_late_apply_is_refused_however_it_is_wrapped_in_the_task() {
    let (plan, write) = world();
    let wrapped = Arc::clone(&write);
    let inside_another_call = async move { wrapped.count(|_| wrapped.write(fine)).await };
    assert_eq!(
        late(&plan, inside_another_call).await.unwrap_err().reason(),
        Some(Reason::Superseded)
    );

    let carried = Arc::clone(&write);
    let carried_once_more = async move {
        tokio::spawn(scope::carry(async move { carried.write(fine).await }))
            .await
            .unwrap()
    };
    assert_eq!(
        late(&plan, carried_once_more).await.unwrap_err().reason(),
        Some(Reason::Superseded)
    );

    assert_eq!(
        write
            .service
            .operations()
            .iter()
            .map(|report| report.statistics.attempts)
            .sum::<u64>(),
        1
    );
}

/// Sends `work` away with an attempt that is given up for another, and lets it go only then.
async fn late<F>(plan: &Plans, work: F) -> Result<u32, Error>
where
    F: Future<Output = Result<u32, Error>> + Send + 'static,
{
    let (go, gone) = oneshot::channel::<()>();
    let work = Mutex::new(Some((work, gone)));
    let task = Mutex::new(None);
    plan.fetch(|run| {
        let first = work.lock().unwrap().take();
        let retried = first.is_some();
        if let Some((work, gone)) = first {
            *task.lock().unwrap() = Some(tokio::spawn(scope::carry(async move {
                gone.await.unwrap();
                work.await
            })));
        }
        async move { if retried { Err(Error::Down(run)) } else { Ok(run) } }
    })
    .await?;
    go.send(()).unwrap();
    let task = task.lock().unwrap().take().unwrap();
    task.await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn after_its_apply_a_carried_task_retries_as_if_nobody_around_did() {
    let world = World::new();
    let shallow = ServiceOptions::new().retry(immediate(3));
    let plan = world.plans("plan_service", shallow);
    let (tool, write) = (
        Arc::new(world.plans("tool_service", shallow)),
        Arc::new(world.plans("write_service", shallow)),
    );

    let result = plan.fetch(|_| {
        let (tool, write) = (Arc::clone(&tool), Arc::clone(&write));
        let task = tokio::spawn(scope::carry(async move {
            write.write(fine).await?;
            tokio::task::yield_now().await;
            tool.fetch(down).await
        }));
        async move { task.await.unwrap() }
    });

    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!((plan.runs(), tool.runs(), write.runs()), (1, 3, 1));
}

/// An apply that is sent away with an attempt that is given up for another.
async fn late_apply(plan: Arc<Plans>, write: Arc<Plans>) -> Result<u32, Error> {
    late(&plan, async move { write.write(fine).await }).await
}

#[tokio::test(start_paused = true)]
async fn carried_work_finds_the_registry_that_was_entered() {
    use resilience_core::{Registry, retry_service};
    #[retry_service(name = "carried_service")]
    async fn fetch() -> Result<u32, Error> {
        Ok(1)
    }
    let registry = Registry::new();

    registry
        .enter(async { tokio::spawn(scope::carry(fetch())).await.unwrap() })
        .await
        .unwrap();
    registry
        .enter(async { tokio::spawn(fetch()).await.unwrap() })
        .await
        .unwrap();

    assert_eq!(registry.find("carried_service").unwrap().statistics().calls, 1);
    assert_eq!(
        Registry::global().find("carried_service").unwrap().statistics().calls,
        1
    );
}
