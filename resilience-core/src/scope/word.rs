use std::cell::Cell;

thread_local! {
    static SCOPE: Cell<Scope> = const { Cell::new(Scope(0)) };
}

/// The scope in force on this thread, now.
#[inline]
pub(crate) fn current() -> Scope {
    SCOPE.get()
}

#[inline]
pub(crate) fn set(scope: Scope) {
    SCOPE.set(scope);
}

/// Depth and flags of what is running: the innermost enclosing attempt's view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope(u32);

impl Scope {
    const DEPTH: u32 = 0xFFFF;

    /// There is somebody around who reads the flags below: an attempt, or the luggage of carried code.
    pub(crate) const IN_ATTEMPT: u32 = 1 << 16;
    /// An apply has started inside: no enclosing call starts another attempt.
    pub(crate) const APPLIED: u32 = 1 << 17;
    /// The last inner call was refused: neither retry nor count its outcome.
    pub(crate) const MARKED: u32 = 1 << 18;
    /// Work was carried out of the attempt: its tokens wait in the [surroundings](super::Surroundings).
    pub(crate) const CARRIED: u32 = 1 << 19;
    /// An inner call has read a clock in this poll; the time waits in the surroundings.
    pub(crate) const CLOCKED: u32 = 1 << 20;
    /// A registry was entered: see the surroundings.
    pub(crate) const REGISTRY: u32 = 1 << 21;
    /// This code was carried here: see the surroundings.
    pub(crate) const CARRIED_HERE: u32 = 1 << 26;
    /// The surroundings hold a [note](super::Note) for this attempt: there is more to do than to leave the scope.
    pub(crate) const NOTED: u32 = 1 << 24;

    /// The time of a call around is limited: see [`deadline`](super::deadline()). Below bit 24, as [`Link`](crate::link::Link)
    /// has the same bit in its word.
    pub(crate) const TIMED: u32 = 1 << 22;

    /// A deadline holds here: see the surroundings.
    pub(crate) const DEADLINE: u32 = 1 << 23;

    /// The plan that this code belongs to only reads.
    pub(crate) const READ_ONLY: u32 = 1 << 25;

    /// What an attempt remembers of its body from one poll to the next.
    pub(crate) const NEWS: u32 = Self::APPLIED | Self::MARKED;
    /// What an attempt's body sees of what is around the attempt.
    const INHERITED: u32 = Self::REGISTRY | Self::CARRIED_HERE | Self::DEADLINE | Self::TIMED | Self::READ_ONLY;
    /// What an attempt passes on to the attempt around it.
    const PASSED_ON: u32 = Self::APPLIED | Self::CARRIED | Self::CLOCKED;

    /// Nobody is around, and nothing has been said.
    #[inline]
    pub(crate) fn is_bottom(self) -> bool {
        self.0 == 0
    }

    /// A scope as its bits.
    #[inline]
    pub(crate) const fn of(bits: u32) -> Self {
        Self(bits)
    }

    /// Nobody is around, and nothing has been said.
    pub(crate) const BOTTOM: Self = Self(0);

    /// Equal to no scope that is ever in force.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// The enclosing calls that may still retry.
    #[inline]
    pub(crate) fn depth(self) -> u32 {
        self.0 & Self::DEPTH
    }

    #[inline]
    pub(crate) fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    #[inline]
    pub(crate) fn with(self, flags: u32) -> Self {
        Self(self.0 | flags)
    }

    #[inline]
    pub(crate) fn without(self, flags: u32) -> Self {
        Self(self.0 & !flags)
    }

    /// An apply has started in here: none of the calls around may retry any more.
    pub(crate) fn fenced(self) -> Self {
        Self((self.0 & !Self::DEPTH) | Self::APPLIED)
    }

    /// What the body of an attempt sees: one level deeper where its call may still retry, with the news that the attempt
    /// has heard already.
    #[inline]
    pub(crate) fn inside(self, may_retry: bool, news: u32) -> Self {
        // A call may retry only below its `max_depth`, so the depth never grows beyond 255.
        let depth = (self.0 & Self::DEPTH) + u32::from(may_retry);
        Self((self.0 & Self::INHERITED) | depth | Self::IN_ATTEMPT | news)
    }

    /// This scope as carried code sees it, away from the attempt that it left. There is always somebody who reads what it
    /// raises: the luggage, which tells whoever awaits it.
    pub(crate) fn carried(self) -> Self {
        self.with(Self::CARRIED_HERE | Self::IN_ATTEMPT)
            .without(Self::APPLIED | Self::MARKED | Self::CARRIED | Self::CLOCKED)
    }

    /// This scope with the mark of `other`, if that is an attempt's and has one.
    pub(crate) fn with_mark_of(self, other: Self) -> Self {
        if other.has(Self::IN_ATTEMPT) {
            self.with(other.0 & Self::MARKED)
        } else {
            self
        }
    }

    /// This scope with all that `inner`, which was awaited in it, has to tell.
    pub(crate) fn with_news_of(self, inner: Self) -> Self {
        self.after(inner).with(inner.0 & Self::MARKED)
    }

    /// The news in this scope.
    #[inline]
    pub(crate) fn news(self) -> u32 {
        self.0 & Self::NEWS
    }

    /// This scope after an attempt inside it has run, with what the `inner` one has to tell.
    pub(crate) fn after(self, inner: Self) -> Self {
        if !self.has(Self::IN_ATTEMPT) {
            return self;
        }
        let told = self.with(inner.0 & Self::PASSED_ON);
        if inner.has(Self::APPLIED) { told.fenced() } else { told }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_an_apply_nobody_around_may_retry() {
        let outer = Scope(0).inside(true, 0);
        let inner = outer.inside(true, 0);
        assert_eq!(inner.depth(), 2);

        let fenced = inner.fenced();

        assert_eq!(fenced.depth(), 0);
        assert_eq!(fenced.inside(true, 0).depth(), 1);
        assert_eq!(outer.after(fenced).depth(), 0);
    }

    #[test]
    fn the_bottom_of_a_thread_remembers_nothing() {
        let inner = Scope(0).inside(true, 0).fenced().with(Scope::MARKED | Scope::CARRIED);
        assert_eq!(Scope(0).after(inner), Scope(0));
    }
}
