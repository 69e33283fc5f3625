//! Whether a value is there. In the lowered code a state is an I32:
//!
//! | state | meaning |
//! |---|---|
//! | 0 | known |
//! | 1 | depends on missing facts |
//! | 2 | depends on missing facts, and may turn out to be a fault |
//! | 3 + n | a fault: no version of table `n` |
//! | `i32::MAX` | a fault: something absent was used |
//!
//! Where facts cannot be missing and nothing can fail, every state is the constant 0 and leaves no code behind.

use super::build::{Build, and, eq, i32, le, lt, ne, or, select};
use crate::code::{Expr, Ty};
use enact_ir::{Fault, TableId};

/// A state; a constant or a local.
pub(crate) type State = Expr;

/// The state of what is known.
pub(crate) const KNOWN: State = Expr::I32(0);

/// The state of a fault.
pub(crate) fn fault(fault: Fault) -> i32 {
    match fault {
        Fault::NoParameterVersion(id) => i32::try_from(id.0).unwrap_or(i32::MAX - 4).saturating_add(3),
        Fault::Absent => i32::MAX,
    }
}

/// The fault that a state tells.
pub(crate) fn told(state: i32) -> Option<Fault> {
    match state {
        i32::MAX => Some(Fault::Absent),
        n => Some(Fault::NoParameterVersion(TableId(u32::try_from(n.checked_sub(3)?).ok()?))),
    }
}

pub(crate) fn is_known(state: State) -> Expr {
    eq(state, i32(0))
}

pub(crate) fn is_fault(state: State) -> Expr {
    le(i32(3), state)
}

pub(crate) fn is_missing(state: State) -> Expr {
    and(lt(state.clone(), i32(3)), ne(state, i32(0)))
}

/// Whether it is a fault or may become one.
pub(crate) fn may_fault(state: State) -> Expr {
    le(i32(2), state)
}

/// The state of what needs all of these: the first fault, else missing, else known.
pub(crate) fn all(build: &mut Build, states: impl IntoIterator<Item = State>) -> State {
    let mut states = states.into_iter().filter(|it| *it != KNOWN);
    let Some(first) = states.next() else { return KNOWN };
    states.fold(first, |a, b| {
        let (a, b) = (build.keep(a), build.keep(b));
        let smaller = build.keep(lt(a.clone(), b.clone()));
        let least = select(Ty::I32, smaller.clone(), a.clone(), b.clone());
        let most = select(Ty::I32, smaller, b.clone(), a.clone());
        let faults = and(is_fault(a), is_fault(b));
        build.keep(select(Ty::I32, faults, least, most))
    })
}

/// The state of what is missing because of these.
pub(crate) fn missing_among(build: &mut Build, states: impl IntoIterator<Item = State>) -> State {
    let faults = states.into_iter().map(may_fault).fold(i32(0), or);
    build.keep(select(Ty::I32, faults, i32(2), i32(1)))
}
