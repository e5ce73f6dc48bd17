// enum E { #[transient] A, #[permanent] B(u8, u8), #[ignored] C { c: u8 }, #[throttled] D, #[throttled(after = 1)] E(u8, Duration), #[throttled(after = r#type)] F { r#type: Option<Duration> } }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::A { .. } => ::resilience_core::FailureKind::Transient,
            Self::B { .. } => ::resilience_core::FailureKind::Permanent,
            Self::C { .. } => ::resilience_core::FailureKind::Ignored,
            Self::D { .. } => {
                ::resilience_core::FailureKind::Throttled {
                    retry_after: ::core::option::Option::None,
                }
            }
            Self::E { 1: held, .. } => {
                ::resilience_core::FailureKind::Throttled {
                    retry_after: ::resilience_core::__private::Hint::retry_after(held),
                }
            }
            Self::F { r#type: held, .. } => {
                ::resilience_core::FailureKind::Throttled {
                    retry_after: ::resilience_core::__private::Hint::retry_after(held),
                }
            }
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// enum E { #[interruption] Ours(Interruption), #[classify(transparent)] Io(io::Error), Named { #[source] cause: io::Error, line: u32 }, Made(#[from] io::Error), #[error(transparent)] Boxed(Boxed) }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::Ours { 0: held, .. } => ::resilience_core::Classify::classify(held),
            Self::Io { 0: held, .. } => ::resilience_core::Classify::classify(held),
            Self::Named { cause: held, .. } => {
                ::resilience_core::Classify::classify(held)
            }
            Self::Made { 0: held, .. } => ::resilience_core::Classify::classify(held),
            Self::Boxed { 0: held, .. } => ::resilience_core::Classify::classify(held),
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}
#[automatically_derived]
impl ::core::convert::From<::resilience_core::Interruption> for E {
    fn from(interruption: ::resilience_core::Interruption) -> Self {
        Self::Ours {
            0: ::core::convert::From::from(interruption),
        }
    }
}

// #[permanent] enum E { A, #[transient] B, C(u8) }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::A { .. } => ::resilience_core::FailureKind::Permanent,
            Self::B { .. } => ::resilience_core::FailureKind::Transient,
            Self::C { .. } => ::resilience_core::FailureKind::Permanent,
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// #[throttled] enum E { A }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::A { .. } => {
                ::resilience_core::FailureKind::Throttled {
                    retry_after: ::core::option::Option::None,
                }
            }
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// enum E {}
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match *self {}
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// enum E<'a, T: Clone = u8, const N: usize = 3> where T: Debug { #[transient] A(&'a T, [u8; N]), #[classify(transparent)] B(Box<T>), #[interruption] C(Interruption) }
#[automatically_derived]
impl<'a, T: Clone, const N: usize> ::resilience_core::Classify for E<'a, T, N>
where
    T: Debug,
    Box<T>: ::resilience_core::Classify,
{
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::A { .. } => ::resilience_core::FailureKind::Transient,
            Self::B { 0: held, .. } => ::resilience_core::Classify::classify(held),
            Self::C { 0: held, .. } => ::resilience_core::Classify::classify(held),
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}
#[automatically_derived]
impl<'a, T: Clone, const N: usize> ::core::convert::From<::resilience_core::Interruption>
for E<'a, T, N>
where
    T: Debug,
{
    fn from(interruption: ::resilience_core::Interruption) -> Self {
        Self::C {
            0: ::core::convert::From::from(interruption),
        }
    }
}

// enum E { #[interruption] Ours(#[from] Interruption), #[deprecated] #[transient] Old }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::Ours { 0: held, .. } => ::resilience_core::Classify::classify(held),
            Self::Old { .. } => ::resilience_core::FailureKind::Transient,
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// #[classify(crate = crate::facade)] #[interruption] struct E { r#in: Interruption }
#[automatically_derived]
impl crate::facade::Classify for E {
    fn classify(&self) -> crate::facade::FailureKind {
        crate::facade::Classify::classify(&self.r#in)
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<crate::facade::classify::ErrorText<'_>> {
        crate::facade::__private::Described::new(self).text()
    }
}
#[automatically_derived]
impl ::core::convert::From<crate::facade::Interruption> for E {
    fn from(interruption: crate::facade::Interruption) -> Self {
        Self {
            r#in: ::core::convert::From::from(interruption),
        }
    }
}

// #[transient] struct E;
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        ::resilience_core::FailureKind::Transient
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// #[throttled(after = 0)] struct E(Duration);
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        ::resilience_core::FailureKind::Throttled {
            retry_after: ::resilience_core::__private::Hint::retry_after(&self.0),
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// struct E { path: PathBuf, #[source] cause: io::Error }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        ::resilience_core::Classify::classify(&self.cause)
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// enum E { #[classify(with = of_status)] Status(StatusCode), #[classify(with = |code, body| of(*code, body))] Answer { code: u16, body: String }, #[classify(with = nothing)] Unit }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::Status { 0: held, .. } => of_status(held),
            Self::Answer { code: held_0, body: held_1, .. } => {
                let decide = |code: &u16, body: &String| of(*code, body);
                decide(held_0, held_1)
            }
            Self::Unit { .. } => nothing(),
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// enum E { #[transient(if = StatusCode::is_server_error)] #[throttled(after = 1, if = |status, _| *status == 429)] #[permanent] Status(StatusCode, Duration) }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::Status { 0: held_0, 1: held_1, .. } => {
                if StatusCode::is_server_error(held_0, held_1) {
                    ::resilience_core::FailureKind::Transient
                } else if {
                    let decide = |status: &StatusCode, _: &Duration| *status == 429;
                    decide(held_0, held_1)
                } {
                    ::resilience_core::FailureKind::Throttled {
                        retry_after: ::resilience_core::__private::Hint::retry_after(
                            held_1,
                        ),
                    }
                } else {
                    ::resilience_core::FailureKind::Permanent
                }
            }
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// #[permanent] enum E { Foreign(#[from] Foreign), #[ignored(if = is_own)] Own { #[source] own: Own }, #[transient] Down }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        match self {
            Self::Foreign { 0: held, .. } => {
                use ::resilience_core::__private::{
                    KindOfSource as _, KindWithoutSource as _,
                };
                (&::resilience_core::__private::Source(held))
                    .kind_or(::resilience_core::FailureKind::Permanent)
            }
            Self::Own { own: held, .. } => {
                if is_own(held) {
                    ::resilience_core::FailureKind::Ignored
                } else {
                    {
                        use ::resilience_core::__private::{
                            KindOfSource as _, KindWithoutSource as _,
                        };
                        (&::resilience_core::__private::Source(held))
                            .kind_or(::resilience_core::FailureKind::Permanent)
                    }
                }
            }
            Self::Down { .. } => ::resilience_core::FailureKind::Transient,
        }
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

// #[classify(with = of_status)] struct E { status: StatusCode }
#[automatically_derived]
impl ::resilience_core::Classify for E {
    fn classify(&self) -> ::resilience_core::FailureKind {
        of_status(&self.status)
    }
    fn describe(
        &self,
    ) -> ::core::option::Option<::resilience_core::classify::ErrorText<'_>> {
        ::resilience_core::__private::Described::new(self).text()
    }
}

