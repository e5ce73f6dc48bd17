//! What an apply and a refused call leave in the scope around them.

use super::{Scope, current, set, with_surroundings};

/// An apply is about to start: no enclosing call starts another attempt. `false` where the apply must not start, because the
/// attempt out of which it was carried has been given up for another.
pub(crate) fn raise_fence() -> bool {
    let scope = current();
    if scope.has(Scope::CARRIED_HERE) {
        let tokens = with_surroundings(|here| here.carried_from.clone());
        // From the inside out: an attempt further out is bound only where those further in still stand.
        if tokens.iter().any(|token| token.is_superseded()) || !tokens.iter().rev().all(|token| token.apply()) {
            return false;
        }
    }
    if scope.has(Scope::IN_ATTEMPT) {
        set(scope.fenced());
    }
    true
}

/// Marks the scope: the last inner call was refused, so its outcome is neither retried nor counted further out.
pub(crate) fn mark() {
    let scope = current();
    if scope.has(Scope::IN_ATTEMPT) {
        set(scope.with(Scope::MARKED));
    }
}
