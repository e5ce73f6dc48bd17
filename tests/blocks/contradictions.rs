//! What a trait says and what an implementation says, where they differ and the compiler does not object: the stricter holds.

use crate::{Work, eager};
use resilience_core::{Kind, Registry, Service, apply, idempotent, retry_service};
use resilience_tests::{Error, record};

#[retry_service(name = "strict_store", retry(backoff = none))]
trait Store {
    #[idempotent]
    async fn put(&self) -> Result<u32, Error>;

    #[idempotent]
    fn put_now(&self) -> Result<u32, Error>;
}

struct Strict {
    work: Work,
    service: &'static Service,
}

#[retry_service(service = self.service)]
impl Store for Strict {
    #[apply]
    async fn put(&self) -> Result<u32, Error> {
        self.work.wait().await
    }

    #[apply]
    fn put_now(&self) -> Result<u32, Error> {
        self.work.run()
    }
}

#[tokio::test]
async fn a_trait_that_says_idempotent_does_not_repeat_an_implementation_that_says_apply() {
    let strict = || {
        let inner = Strict {
            work: Work::hard(),
            service: eager("changes"),
        };
        StoreResilient::with_service(inner, eager("strict_store"))
    };

    let decorated = strict();
    assert_eq!(decorated.put().await, Err(Error::Down(1)));
    assert_eq!(StoreResilient::inner(&decorated).work.runs(), 1);

    let decorated = strict();
    assert_eq!(decorated.put_now(), Err(Error::Down(1)));
    assert_eq!(StoreResilient::inner(&decorated).work.runs(), 1);
}

/// Trait functions without `self`: their attribute sees no trait, and no type either.
mod without_self {
    use super::{Error, Kind, Registry, apply, eager, record, retry_service};
    use std::cell::Cell;

    std::thread_local! {
        static RUNS: Cell<u32> = const { Cell::new(0) };
    }

    fn fail() -> Result<u32, Error> {
        RUNS.set(RUNS.get() + 1);
        Err(Error::Down(RUNS.get()))
    }

    #[retry_service(name = "static_store")]
    #[allow(dead_code, reason = "nobody goes through its decorator")]
    trait Store: Sized {
        #[apply]
        fn put(id: u32) -> Result<u32, Error>;

        #[apply]
        async fn put_later(id: u32) -> Result<u32, Error>;
    }

    struct Memory;

    impl Store for Memory {
        #[retry_service(name = "static_service", idempotent)]
        fn put(_id: u32) -> Result<u32, Error> {
            fail()
        }

        #[retry_service(name = "static_service", idempotent)]
        async fn put_later(_id: u32) -> Result<u32, Error> {
            tokio::task::yield_now().await;
            fail()
        }
    }

    mod elsewhere {
        use super::{Error, fail, retry_service};

        impl super::Store for Vec<u32> {
            #[retry_service(name = "static_service", idempotent)]
            fn put(_id: u32) -> Result<u32, Error> {
                fail()
            }

            #[retry_service(name = "static_service", idempotent)]
            async fn put_later(_id: u32) -> Result<u32, Error> {
                fail()
            }
        }
    }

    #[retry_service(name = "static_service", idempotent)]
    fn free() -> Result<u32, Error> {
        fail()
    }

    impl Memory {
        #[retry_service(name = "static_service", idempotent)]
        fn own() -> Result<u32, Error> {
            fail()
        }
    }

    fn registry() -> &'static Registry {
        eager("static_service").registry()
    }

    fn runs() -> u32 {
        RUNS.replace(0)
    }

    #[tokio::test]
    async fn a_function_that_may_implement_an_apply_runs_once_and_says_so() {
        let events = record();
        let registry = registry();

        for _ in 0..2 {
            assert_eq!(registry.enter_blocking(|| Memory::put(1)), Err(Error::Down(1)));
            assert_eq!(runs(), 1);
        }
        assert_eq!(registry.enter(Memory::put_later(1)).await, Err(Error::Down(1)));
        assert_eq!(runs(), 1);
        assert_eq!(registry.enter_blocking(|| Vec::put(1)), Err(Error::Down(1)));
        assert_eq!(runs(), 1);
        assert_eq!(registry.enter(Vec::put_later(1)).await, Err(Error::Down(1)));
        assert_eq!(runs(), 1);

        let told = |operation| {
            format!(
                "ERROR idempotent without proof: put the attribute on the impl service=static_service operation={operation}"
            )
        };
        assert_eq!(
            events.take(),
            [told("put"), told("put_later"), told("put"), told("put_later")]
        );
        let reports = registry.service("static_service").operations();
        assert!(reports.iter().all(|report| report.kind == Kind::Plain), "{reports:?}");
    }

    #[test]
    fn other_functions_without_self_are_repeated() {
        let registry = registry();

        assert_eq!(registry.enter_blocking(free), Err(Error::Down(3)));
        assert_eq!(runs(), 3);
        assert_eq!(registry.enter_blocking(Memory::own), Err(Error::Down(3)));
        assert_eq!(runs(), 3);
    }
}

/// Only uses of this block's own methods are refused: none of these is one.
mod no_calls {
    use super::{Error, apply, idempotent, retry_service};

    struct Other;

    impl Other {
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }

    trait Committing {
        fn commit(&self) -> Result<(), Error>;
    }

    #[derive(Default)]
    struct Client {
        commit: Option<u32>,
    }

    impl Committing for Client {
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }

    #[retry_service(name = "plan_service")]
    impl Client {
        #[idempotent]
        fn text(&self) -> Result<&'static str, Error> {
            Ok(stringify!(self.commit(), Self::commit, Client::commit(self)))
        }

        #[idempotent]
        fn a_type_of_its_own(&self) -> Result<(), Error> {
            struct Local;
            #[allow(dead_code, reason = "what is tested is that it compiles")]
            impl Local {
                fn commit(&self) -> Result<(), Error> {
                    Ok(())
                }

                fn run(&self) -> Result<(), Error> {
                    self.commit()?;
                    let _ = Self::commit;
                    <Self>::commit(self)
                }
            }
            Local.run()
        }

        #[idempotent]
        fn others(&self, client: &Other) -> Result<(), Error> {
            let _ = self.commit;
            client.commit()?;
            Other::commit(client)?;
            <Other>::commit(client)?;
            <Self as Committing>::commit(self)
        }

        #[apply]
        fn commit(&self) -> Result<(), Error> {
            Ok(())
        }
    }

    #[test]
    fn what_only_looks_like_a_call_of_an_apply_is_repeated() {
        let client = Client::default();

        assert_eq!(client.text(), Ok("self.commit(), Self::commit, Client::commit(self)"));
        assert_eq!(client.a_type_of_its_own(), Ok(()));
        assert_eq!(client.others(&Other), Ok(()));
        assert_eq!(client.commit(), Ok(()));
    }
}
