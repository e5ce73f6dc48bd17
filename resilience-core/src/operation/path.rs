//! Where a function stands, read from the name that the compiler gives to a closure inside it.

/// Whether the closure of this name is in a `static` of a function that implements a trait:
/// `<S as Store>::put::OPERATION::{{closure}}`, or `stores::<impl Store for S>::put::OPERATION::{{closure}}` where
/// neither the trait nor the type is of the same module.
pub(super) fn implements_trait(closure: &str) -> bool {
    function(closure).and_then(owner).is_some_and(|owner| {
        let keyword = if owner.starts_with("impl ") { " for " } else { " as " };
        at_top(owner, keyword)
    })
}

/// Takes off what is inside the function: the closure, the `static`, and the closures that an `async` body is made of.
fn function(closure: &str) -> Option<&str> {
    const CLOSURE: &str = "::{{closure}}";
    let (mut function, _) = closure.strip_suffix(CLOSURE)?.rsplit_once("::")?;
    while let Some(outer) = function.strip_suffix(CLOSURE) {
        function = outer;
    }
    Some(function)
}

/// What stands in the angle brackets right before the name of the function.
fn owner(function: &str) -> Option<&str> {
    let (before, _) = function.rsplit_once("::")?;
    let inside = before.strip_suffix('>')?;
    let mut depth = 1_usize;
    for (at, bracket) in brackets(inside).collect::<Vec<_>>().into_iter().rev() {
        depth = if bracket == '>' { depth + 1 } else { depth - 1 };
        if depth == 0 {
            let owner = &inside[at + 1..];
            // `Type<T>::name` ends like this as well.
            let qualified = at == 0 || inside[..at].ends_with("::") && owner.starts_with("impl ");
            return qualified.then_some(owner);
        }
    }
    None
}

/// Whether `keyword` stands outside all angle brackets.
fn at_top(text: &str, keyword: &str) -> bool {
    text.match_indices(keyword).any(|(at, _)| {
        let before = brackets(&text[..at]);
        let (open, closed): (Vec<_>, Vec<_>) = before.partition(|(_, bracket)| *bracket == '<');
        open.len() == closed.len()
    })
}

/// Every `<` and `>` that is no part of an arrow.
fn brackets(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.match_indices(['<', '>'])
        .filter(|(at, bracket)| !(*bracket == ">" && text[..*at].ends_with('-')))
        .map(|(at, bracket)| (at, if bracket == "<" { '<' } else { '>' }))
}

#[cfg(test)]
mod tests {
    use super::implements_trait;
    use std::any::type_name;

    struct Probe(fn() -> &'static str);

    impl Probe {
        const fn new<F: Copy>(_: F) -> Self {
            Self(type_name::<F>)
        }
    }

    /// The name of a closure where the operation of this function would be.
    macro_rules! here {
        () => {{
            static OPERATION: Probe = Probe::new(|| ());
            (OPERATION.0)()
        }};
    }

    trait Store {
        fn put() -> &'static str;

        fn provided() -> &'static str {
            here!()
        }
    }

    trait Of<T> {
        fn get() -> &'static str;
    }

    struct Near;
    struct Generic<T>(T);

    mod types {
        pub(super) struct Far<T>(T);
    }

    mod elsewhere {
        use super::{Near, Of, Probe, Store, types::Far};

        impl<T: Iterator> Store for Far<(T, T::Item)> {
            fn put() -> &'static str {
                here!()
            }
        }

        impl Store for fn(u8) -> u8 {
            fn put() -> &'static str {
                here!()
            }
        }

        impl Of<Vec<u8>> for Near {
            fn get() -> &'static str {
                here!()
            }
        }

        impl Near {
            pub(super) fn own() -> &'static str {
                here!()
            }
        }

        impl<T: Iterator> Far<(T, T::Item)> {
            pub(super) fn own() -> &'static str {
                here!()
            }
        }
    }

    impl Store for Near {
        fn put() -> &'static str {
            here!()
        }
    }

    impl<T: Iterator> Of<T::Item> for Generic<T> {
        fn get() -> &'static str {
            here!()
        }
    }

    impl<T: Iterator> Generic<(T, T::Item)> {
        fn own() -> &'static str {
            here!()
        }
    }

    impl Of<u8> for Near {
        fn get() -> &'static str {
            fn inner() -> &'static str {
                here!()
            }
            inner()
        }
    }

    impl Of<u16> for Near {
        #[allow(clippy::redundant_closure_call, reason = "closures within closures are the point")]
        fn get() -> &'static str {
            (|| (|| here!())())()
        }
    }

    fn free() -> &'static str {
        here!()
    }

    #[allow(clippy::extra_unused_type_parameters, reason = "it is part of the path")]
    fn generic<T>() -> &'static str {
        here!()
    }

    #[test]
    fn a_function_that_implements_a_trait_is_known_by_its_path() {
        type Pair = (std::ops::Range<u8>, u8);
        let table = [
            (<Near as Store>::put(), true),
            (<types::Far<Pair> as Store>::put(), true),
            (<fn(u8) -> u8 as Store>::put(), true),
            (<Near as Of<Vec<u8>>>::get(), true),
            (<Generic<std::ops::Range<u8>> as Of<u8>>::get(), true),
            // As in an `async` body.
            (<Near as Of<u16>>::get(), true),
            (<Near as Store>::provided(), false),
            (<Near as Of<u8>>::get(), false),
            (Near::own(), false),
            (Generic::<Pair>::own(), false),
            (types::Far::<Pair>::own(), false),
            (free(), false),
            (generic::<Near>(), false),
        ];

        for (path, implements) in table {
            assert_eq!(implements_trait(path), implements, "{path}");
        }
    }
}
