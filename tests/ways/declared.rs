//! Operations of every kind, declared in every way.

use crate::{Body, Way};
use futures::FutureExt;
use resilience_core::{Kind, Operation, Registry, Service, ServiceDef, apply, idempotent, plain, retry_service};
use resilience_tests::Error;
use std::{
    cell::Cell,
    future::{pending, ready},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

pub(crate) static WAYS: [Way; 12] = [
    functions_by_name::WAY,
    functions_by_definition::WAY,
    functions_by_handle::WAY,
    methods_by_name::WAY,
    methods_by_definition::WAY,
    methods_by_handle::WAY,
    block_by_name::WAY,
    block_by_definition::WAY,
    block_by_handle::WAY,
    implementation_by_name::WAY,
    implementation_by_definition::WAY,
    decorated_by_name::WAY,
];

thread_local! {
    /// The service of the way under test.
    pub(crate) static SERVICE: Cell<Option<&'static Service>> = const { Cell::new(None) };
}

/// Of a service whose circuit is forced open.
#[retry_service(name = "rejecting_inside")]
fn rejecting_inside() -> Result<(), Error> {
    Ok(())
}

/// Another call on `service`, which fails.
fn fail_beside(service: &'static Service) {
    static BESIDE: Operation = Operation::plain("", "beside");
    let mut call = BESIDE.begin_on(&service);
    call.admit().expect("a closed circuit");
    let failed = call.attempt_blocking(|| Err::<(), _>(Error::Down(1)));
    assert_eq!(call.finish(failed), Err(Error::Down(1)));
}

/// Inside a body that applies.
#[apply]
fn change_the_world() -> Result<(), Error> {
    Ok(())
}

/// Runs of the present call.
static RUNS: AtomicU32 = AtomicU32::new(0);

fn run(body: Body) -> Result<u32, Error> {
    match body {
        Body::Returns(outcome) => outcome,
        Body::FailsOnce if RUNS.fetch_add(1, Ordering::Relaxed) == 0 => Err(Error::Down(1)),
        Body::FailsOnce => Ok(2),
        Body::Panics => panic!("as asked"),
        Body::Applies => change_the_world().map(|()| 1),
        Body::IsRejectedInside => {
            assert!(rejecting_inside().is_err());
            Err(Error::Down(1))
        }
        Body::OtherFailsMeanwhile => {
            let service = SERVICE.get().expect("the service of the way under test");
            fail_beside(service);
            Ok(1)
        }
        Body::NeverEnds => unreachable!("async only"),
    }
}

async fn wait(body: Body) -> Result<u32, Error> {
    if body == Body::NeverEnds {
        pending::<()>().await;
    }
    ready(run(body)).await
}

/// A `Way` whose operations are `$fetch`, `$count` and `$write`, each in a sync and an async form.
macro_rules! way {
    ($service:expr, $fetch:expr, $count:expr, $write:expr, $fetch_async:expr, $count_async:expr, $write_async:expr) => {
        pub(crate) const WAY: Way = Way {
            name: module_path!(),
            service: || $service,
            blocking: |kind, body| {
                RUNS.store(0, Ordering::Relaxed);
                match kind {
                    Kind::Idempotent => $fetch(body),
                    Kind::Plain => $count(body),
                    _ => $write(body),
                }
            },
            polled: |kind, body| {
                RUNS.store(0, Ordering::Relaxed);
                match kind {
                    Kind::Idempotent => $fetch_async(body).now_or_never(),
                    Kind::Plain => $count_async(body).now_or_never(),
                    _ => $write_async(body).now_or_never(),
                }
            },
        };
    };
}

/// Free functions that say their service in this way.
macro_rules! functions {
    ($module:ident, [$($service:tt)*], $live:expr) => {
        mod $module {
            use super::*;

            #[retry_service($($service)*, idempotent)]
            fn fetch(body: Body) -> Result<u32, Error> {
                run(body)
            }

            #[retry_service($($service)*)]
            fn count(body: Body) -> Result<u32, Error> {
                run(body)
            }

            #[retry_service($($service)*)]
            #[apply]
            fn write(body: Body) -> Result<u32, Error> {
                run(body)
            }

            #[retry_service($($service)*, idempotent)]
            async fn fetch_async(body: Body) -> Result<u32, Error> {
                wait(body).await
            }

            #[retry_service($($service)*)]
            async fn count_async(body: Body) -> Result<u32, Error> {
                wait(body).await
            }

            #[retry_service($($service)*)]
            #[apply]
            async fn write_async(body: Body) -> Result<u32, Error> {
                wait(body).await
            }

            way!($live, fetch, count, write, fetch_async, count_async, write_async);
        }
    };
}

/// Methods that say their service in this way, one by one.
macro_rules! methods {
    ($module:ident, [$($service:tt)*], $live:expr) => {
        mod $module {
            use super::*;

            struct Plans;

            impl Plans {
                #[retry_service($($service)*, idempotent)]
                fn fetch(&self, body: Body) -> Result<u32, Error> {
                    run(body)
                }

                #[retry_service($($service)*)]
                fn count(&self, body: Body) -> Result<u32, Error> {
                    run(body)
                }

                #[retry_service($($service)*)]
                #[apply]
                fn write(&self, body: Body) -> Result<u32, Error> {
                    run(body)
                }

                #[retry_service($($service)*, idempotent)]
                async fn fetch_async(&self, body: Body) -> Result<u32, Error> {
                    wait(body).await
                }

                #[retry_service($($service)*)]
                async fn count_async(&self, body: Body) -> Result<u32, Error> {
                    wait(body).await
                }

                #[retry_service($($service)*)]
                #[apply]
                async fn write_async(&self, body: Body) -> Result<u32, Error> {
                    wait(body).await
                }
            }

            of_plans!(Plans, $live);
        }
    };
}

/// A block of methods, or the implementation of a trait, that says its service once.
macro_rules! block {
    ($module:ident, [$($service:tt)*], [$($of:tt)*], $live:expr) => {
        mod $module {
            use super::*;

            struct Plans;

            #[retry_service($($service)*)]
            impl $($of)* {
                #[idempotent]
                fn fetch(&self, body: Body) -> Result<u32, Error> {
                    run(body)
                }

                #[plain]
                fn count(&self, body: Body) -> Result<u32, Error> {
                    run(body)
                }

                #[apply]
                fn write(&self, body: Body) -> Result<u32, Error> {
                    run(body)
                }

                #[idempotent]
                async fn fetch_async(&self, body: Body) -> Result<u32, Error> {
                    wait(body).await
                }

                #[plain]
                async fn count_async(&self, body: Body) -> Result<u32, Error> {
                    wait(body).await
                }

                #[apply]
                async fn write_async(&self, body: Body) -> Result<u32, Error> {
                    wait(body).await
                }
            }

            of_plans!(Plans, $live);
        }
    };
}

/// What implementations of a trait are asked for.
trait Store {
    fn fetch(&self, body: Body) -> Result<u32, Error>;
    fn count(&self, body: Body) -> Result<u32, Error>;
    fn write(&self, body: Body) -> Result<u32, Error>;
    async fn fetch_async(&self, body: Body) -> Result<u32, Error>;
    async fn count_async(&self, body: Body) -> Result<u32, Error>;
    async fn write_async(&self, body: Body) -> Result<u32, Error>;
}

/// The methods of a value, which is made for each call.
macro_rules! of_plans {
    ($plans:expr, $live:expr) => {
        way!(
            $live,
            |body| $plans.fetch(body),
            |body| $plans.count(body),
            |body| $plans.write(body),
            |body| async move { $plans.fetch_async(body).await },
            |body| async move { $plans.count_async(body).await },
            |body| async move { $plans.write_async(body).await }
        );
    };
}

fn named(name: &str) -> &'static Service {
    Registry::global().service(name)
}

static FUNCTIONS: ServiceDef = ServiceDef::new("functions_by_definition");
static METHODS: ServiceDef = ServiceDef::new("methods_by_definition");
static BLOCK: ServiceDef = ServiceDef::new("block_by_definition");
static IMPLEMENTATION: ServiceDef = ServiceDef::new("implementation_by_definition");
static HANDLE: LazyLock<&'static Service> = LazyLock::new(|| Registry::new().service("functions_by_handle"));

functions!(
    functions_by_name,
    [name = "functions_by_name"],
    named("functions_by_name")
);
functions!(functions_by_definition, [service = FUNCTIONS], FUNCTIONS.service());
functions!(functions_by_handle, [service = *HANDLE], *HANDLE);
methods!(methods_by_name, [name = "methods_by_name"], named("methods_by_name"));
methods!(methods_by_definition, [service = METHODS], METHODS.service());
methods!(
    methods_by_handle,
    [service = named("methods_by_handle")],
    named("methods_by_handle")
);
block!(block_by_name, [name = "block_by_name"], [Plans], named("block_by_name"));
block!(block_by_definition, [service = BLOCK], [Plans], BLOCK.service());
block!(
    block_by_handle,
    [service = named("block_by_handle")],
    [Plans],
    named("block_by_handle")
);
block!(
    implementation_by_name,
    [name = "implementation_by_name"],
    [Store for Plans],
    named("implementation_by_name")
);
block!(
    implementation_by_definition,
    [service = IMPLEMENTATION],
    [Store for Plans],
    IMPLEMENTATION.service()
);

mod decorated_by_name {
    use super::*;

    #[retry_service(name = "decorated_by_name")]
    trait Plans {
        #[idempotent(clone(body))]
        fn fetch(&self, body: Body) -> Result<u32, Error>;

        #[plain]
        fn count(&self, body: Body) -> Result<u32, Error>;

        #[apply]
        fn write(&self, body: Body) -> Result<u32, Error>;

        #[idempotent(clone(body))]
        async fn fetch_async(&self, body: Body) -> Result<u32, Error>;

        #[plain]
        async fn count_async(&self, body: Body) -> Result<u32, Error>;

        #[apply]
        async fn write_async(&self, body: Body) -> Result<u32, Error>;
    }

    struct Unprotected;

    impl Plans for Unprotected {
        fn fetch(&self, body: Body) -> Result<u32, Error> {
            run(body)
        }

        fn count(&self, body: Body) -> Result<u32, Error> {
            run(body)
        }

        fn write(&self, body: Body) -> Result<u32, Error> {
            run(body)
        }

        async fn fetch_async(&self, body: Body) -> Result<u32, Error> {
            wait(body).await
        }

        async fn count_async(&self, body: Body) -> Result<u32, Error> {
            wait(body).await
        }

        async fn write_async(&self, body: Body) -> Result<u32, Error> {
            wait(body).await
        }
    }

    of_plans!(PlansResilient::new(Unprotected), named("decorated_by_name"));
}
