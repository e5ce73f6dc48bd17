use std::time::Duration;

/// When the clock of a call started, in milliseconds that wrap.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Started(u32);

impl Started {
    pub(crate) fn at(now: Duration) -> Self {
        Self(millis(now))
    }

    /// By how many milliseconds it is later than `other`; negative where it is earlier.
    #[allow(
        clippy::cast_possible_wrap,
        reason = "what is more than half the range ahead is behind"
    )]
    pub(crate) fn millis_since(self, other: Self) -> i64 {
        i64::from(self.0.wrapping_sub(other.0) as i32)
    }

    /// The time since then.
    pub(crate) fn elapsed(self, now: Duration) -> Duration {
        let elapsed = millis(now).wrapping_sub(self.0);
        // Seven weeks are the range, a day is the longest time for a call: what seems longer is a clock put back.
        let elapsed = if elapsed > u32::MAX / 2 { 0 } else { elapsed };
        Duration::from_millis(elapsed.into())
    }
}

#[allow(clippy::cast_possible_truncation, reason = "they wrap")]
fn millis(time: Duration) -> u32 {
    (time.as_secs() as u32)
        .wrapping_mul(1_000)
        .wrapping_add(time.subsec_millis())
}
