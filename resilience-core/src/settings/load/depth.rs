//! How deep settings nest: the deepest key, `services.x.operations.y.retry.jitter.proportional`, is the seventh level.

/// Deeper than this no source is followed, so that none can exhaust the stack.
pub(super) const MAX: usize = 16;

pub(super) const PROBLEM: &str = "is nested too deeply: no key lies deeper than 7 levels";
