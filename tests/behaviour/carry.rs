//! Work that leaves its attempt for a task or a thread of its own, and may apply there.

use resilience_core::{BreakerPolicy, CircuitState, Reason, ServiceLayer, scope};
use resilience_tests::{Error, Plans, World, down, fine, immediate, secs};
use std::{
    cell::{Cell, RefCell},
    sync::{Arc, Mutex},
    thread,
};
use tokio::sync::oneshot;

fn world() -> (Arc<Plans>, Arc<Plans>) {
    let world = World::new();
    let breaker = BreakerPolicy::builder().enabled(false);
    let layer = ServiceLayer::new().retry(immediate(3).max_depth(255)).breaker(breaker);
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
    let outer = World::new().plans("outer_service", ServiceLayer::new().retry(immediate(3)));

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
    let strict = BreakerPolicy::builder().failure_threshold(1).half_open_max_calls(1).success_threshold(1);
    let plan = Arc::new(world.plans("plan_service", ServiceLayer::new().retry(immediate(3))));
    let write = Arc::new(world.plans("write_service", ServiceLayer::new().breaker(strict)));
    assert!(write.count(down).await.is_err());
    world.clock.advance(secs(30));

    let refused = first_of_two(plan, Arc::clone(&write)).await;

    assert_eq!(refused.unwrap_err().reason(), Some(Reason::Superseded));
    assert_eq!(write.service.circuit(), CircuitState::HalfOpen);
    assert_eq!(write.count(fine).await, Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_carried_apply_that_was_refused_disarms_nobody() {
    // Carried twice: out of an attempt that was given up, inside work that was carried out of one that was not.
    let (plan, write) = world();
    let (outer, tool) = world();

    let result = outer.fetch(async |run| {
        if run == 1 {
            let task = tokio::spawn(scope::carry(first_of_two(Arc::clone(&plan), Arc::clone(&write))));
            let refused = task.await.unwrap();
            assert_eq!(refused.unwrap_err().reason(), Some(Reason::Superseded));
        }
        tool.count(fine).await?;
        Err(Error::Down(run))
    });
    assert_eq!(result.await, Err(Error::Down(3)));
    assert_eq!(write.runs(), 0);
}

/// The first attempt sends an apply away and fails; the apply is only then let go.
async fn first_of_two(plan: Arc<Plans>, write: Arc<Plans>) -> Result<u32, Error> {
    let sent = Mutex::new(None);
    plan.fetch(|run| {
        if run == 1 {
            let (go, gone) = oneshot::channel::<()>();
            let write = Arc::clone(&write);
            let task = tokio::spawn(scope::carry(async move {
                gone.await.unwrap();
                write.write(fine).await
            }));
            *sent.lock().unwrap() = Some((go, task));
        }
        async move { if run == 1 { Err(Error::Down(run)) } else { Ok(run) } }
    })
    .await?;
    let (go, task) = sent.lock().unwrap().take().unwrap();
    go.send(()).unwrap();
    task.await.unwrap()
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
