//! What people put into blocks beside methods, and names that are hard to write.

#![allow(
    clippy::items_after_statements,
    clippy::new_ret_no_self,
    clippy::non_minimal_cfg,
    clippy::wrong_self_convention,
    improper_ctypes_definitions,
    unused_braces,
    reason = "what is tested is how it is written"
)]

use crate::{Work, eager};
use resilience_core::{Service, apply, idempotent, plain, retry_service};
use resilience_tests::Error;
use std::{marker::PhantomData, ops::Deref};

struct Client<T: ?Sized, const N: usize = { 1 + 1 }> {
    work: Work,
    service: &'static Service,
    of: PhantomData<T>,
}

macro_rules! helper {
    ($name:ident) => {
        fn $name(&self) -> u32 {
            self.work.runs()
        }
    };
}

macro_rules! number {
    () => {
        3
    };
}

#[retry_service(service = self.service)]
impl<T: ?Sized + Send + Sync> Client<T, { 1 + 1 }>
where
    for<'a> &'a T: Send,
{
    #![allow(clippy::used_underscore_items)]

    pub(self) const LIMIT: [u8; { 1 + 2 }] = [{ 1 }; 3];

    helper!(first_helper);
    helper! { second_helper }

    #[cfg(any())]
    #[idempotent]
    async fn not_here(&self) -> Missing {
        nowhere()
    }

    #[cfg(all())]
    #[idempotent]
    fn r#match(&self, r#type: u32) -> Result<u32, Error> {
        Ok(self.work.run()? + r#type)
    }

    #[idempotent(clone(r#in))]
    async fn r#loop<const M: usize>(&self, r#in: [Vec<u8>; M]) -> Result<[u8; { 1 + 2 }], Error>
    where
        [(); M]: Sized,
    {
        drop(r#in);
        let _run = self.work.wait().await?;
        Ok(Self::LIMIT)
    }

    #[plain]
    extern "C" fn foreign(&self, (a, b): (u32, u32)) -> Result<u32, Error> {
        Ok(self.work.run()? + a + b)
    }

    #[idempotent(operation = "call")]
    async fn call(&self, call: u32, outcome: u32, service: u32, delay: u32) -> Result<u32, Error> {
        Ok(self.work.wait().await? + call + outcome + service + delay + number!())
    }

    /// Words in a string and in a comment are no calls: `self.put(..)`.
    #[idempotent]
    fn text(&self) -> Result<&'static str, Error> {
        let _run = self.work.run()?;
        // self.put()
        Ok("self.put()")
    }

    #[apply]
    fn put(&self) -> Result<u32, Error> {
        self.work.run()
    }

    /// What it calls may be called again.
    #[idempotent]
    async fn calls(&self) -> Result<u32, Error> {
        let _found = Self::r#match(self, 1)?;
        let _found = self.by_another_service().or_else(|_| self.unmarked_after_all())?;
        self.work.wait().await
    }

    #[retry_service(name = "another_service")]
    fn by_another_service(&self) -> Result<u32, Error> {
        self.work.run()
    }

    #[cfg_attr(any(), apply)]
    fn unmarked_after_all(&self) -> Result<u32, Error> {
        self.work.run()
    }

    /// Another thing's `put` is not this one's.
    #[idempotent]
    fn of_another(&self, other: &Other) -> Result<u32, Error> {
        other.put();
        self.work.run()
    }
}

struct Other;

impl Other {
    #[allow(clippy::unused_self)]
    const fn put(&self) {}
}

fn hard() -> Client<str> {
    Client {
        work: Work::hard(),
        service: eager("strange_service"),
        of: PhantomData,
    }
}

#[tokio::test]
async fn strange_blocks_are_blocks() {
    assert_eq!(hard().r#match(1), Ok(4));
    assert_eq!(hard().r#loop([vec![1]]).await, Ok([1; 3]));
    assert_eq!(hard().foreign((1, 2)), Err(Error::Down(1)));
    assert_eq!(hard().call(1, 2, 3, 4).await, Ok(16));
    assert_eq!(hard().calls().await, Ok(5));
    assert_eq!(hard().text(), Ok("self.put()"));
    assert_eq!(hard().put(), Err(Error::Down(1)));
    assert_eq!(hard().of_another(&Other), Ok(3));
    assert_eq!(hard().first_helper() + hard().second_helper(), 0);
    let reports = hard().service.operations();
    assert!(reports.is_empty());
}

/// A block that a macro writes.
macro_rules! client {
    ($name:ident, $service:literal, $method:ident, $parameter:ident: $ty:ty, $change:expr) => {
        struct $name(Work);

        #[retry_service(name = $service, retry(backoff = none))]
        impl $name {
            #[idempotent(clone($parameter))]
            fn $method(&self, mut $parameter: $ty) -> Result<$ty, Error> {
                let _run = self.0.run()?;
                $parameter = $change($parameter);
                Ok($parameter)
            }
        }
    };
}

client!(Written, "written_service", add, number: u32, u32::wrapping_neg);

#[test]
fn a_macro_may_write_the_block() {
    let registry = resilience_core::Registry::new();
    assert_eq!(registry.enter_blocking(|| Written(Work::hard()).add(u32::MAX)), Ok(1));
}

/// Names that the decorator uses itself.
mod taken_names {
    use super::{Error, Work, eager};
    use resilience_core::{idempotent, plain, retry_service};

    pub(super) struct S;

    #[retry_service(name = "taken_names")]
    pub(super) trait Names<Inner, const SERVICE: u32> {
        type Option;

        #[idempotent]
        fn inner(&self, s: &S, service: u32) -> Result<u32, Error>;

        #[plain]
        fn new(&self, registry: Inner) -> Result<Inner, Error>;

        fn service(&self, _: u32, inner: Self::Option) -> Self::Option;
    }

    impl Names<u8, 7> for Work {
        type Option = u8;

        fn inner(&self, _: &S, service: u32) -> Result<u32, Error> {
            Ok(self.run()? + service)
        }

        fn new(&self, registry: u8) -> Result<u8, Error> {
            let _run = self.run()?;
            Ok(registry)
        }

        fn service(&self, _: u32, inner: u8) -> u8 {
            inner
        }
    }

    #[test]
    fn names_of_the_decorator_are_nobodys_business() {
        let names = || NamesResilient::with_service(Work::hard(), eager("taken_names"));

        assert_eq!(names().inner(&S, 1), Ok(4));
        assert_eq!(names().new(1), Err(Error::Down(1)));
        assert_eq!(names().service(1, 2), 2);
    }
}

/// No prelude, and a crate's names in the way.
mod bare {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    mod core {}
    mod std {}
    struct Option;
    struct Result;
    struct Box;

    #[::resilience_core::retry_service(name = "bare_service", breaker(failure_threshold = 3))]
    trait Bare {
        #[::resilience_core::idempotent(clone(tag))]
        async fn fetch(&self, tag: ::std::string::String) -> ::core::result::Result<(), ::resilience_tests::Error>;

        #[::resilience_core::apply]
        fn put(self: ::std::boxed::Box<Self>) -> ::core::result::Result<(), ::resilience_tests::Error>;
    }

    struct Client;

    #[::resilience_core::retry_service(name = "bare_service", breaker(failure_threshold = 3))]
    impl Bare for Client {
        #[::resilience_core::idempotent]
        async fn fetch(&self, _tag: ::std::string::String) -> ::core::result::Result<(), ::resilience_tests::Error> {
            ::core::result::Result::Ok(())
        }

        #[::resilience_core::apply]
        fn put(self: ::std::boxed::Box<Self>) -> ::core::result::Result<(), ::resilience_tests::Error> {
            ::core::result::Result::Ok(())
        }
    }
}

/// Inside a function, and with references in generic places.
#[tokio::test]
async fn blocks_and_traits_may_stand_in_a_function() {
    #[retry_service(name = "local_service", retry(backoff = none))]
    trait Local<'a, T>
    where
        T: Deref<Target = str> + 'a,
        Self: Sized,
    {
        #[idempotent]
        async fn find<'b>(&self, text: &'b T, with: &'a str) -> Result<&'b str, Error>
        where
            'a: 'b,
            T: 'b;
    }

    impl<'a, T: Deref<Target = str> + 'a> Local<'a, T> for Work {
        async fn find<'b>(&self, text: &'b T, with: &'a str) -> Result<&'b str, Error>
        where
            'a: 'b,
            T: 'b,
        {
            let run = self.wait().await?;
            Ok(if run > 5 { with } else { text })
        }
    }

    let local = LocalResilient::with_service(Work::hard(), eager("local_service"));
    assert_eq!(local.find(&"text".to_owned(), "with").await, Ok("text"));
}

/// A supertrait that the decorator cannot know, said as a condition.
mod conditions {
    use super::{Error, Work, eager};
    use resilience_core::{plain, retry_service};

    pub(super) trait Named {
        fn name(&self) -> String;
    }

    #[retry_service(name = "conditions")]
    pub(super) trait Conditions: std::fmt::Debug + Clone + Send + Sync + 'static
    where
        Self: Named,
    {
        #[plain]
        fn count(&self) -> Result<u32, Error>;
    }

    impl Named for Work {
        fn name(&self) -> String {
            "work".into()
        }
    }

    impl<S: Named> Named for ConditionsResilient<S> {
        fn name(&self) -> String {
            Self::inner(self).name()
        }
    }

    impl Conditions for Work {
        fn count(&self) -> Result<u32, Error> {
            self.run()
        }
    }

    #[test]
    fn supertraits_follow_or_are_conditions() {
        fn read(conditions: &impl Conditions) -> (String, Result<u32, Error>) {
            (conditions.name(), conditions.clone().count())
        }
        let conditions = ConditionsResilient::with_service(Work::default(), eager("conditions"));
        assert_eq!(read(&conditions), ("work".to_owned(), Ok(1)));
    }
}
