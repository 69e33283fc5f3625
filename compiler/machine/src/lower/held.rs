//! Values in locals that can be set again, for loops that carry a value from turn to turn.

use super::Lower;
use super::value::{Num, Val};
use crate::code::Expr;

impl Lower<'_> {
    /// A copy in locals of its own, which can be set again.
    pub(super) fn held(&mut self, value: &Val) -> Val {
        let mut own = |it: &Expr| Expr::Get(self.build.var(it.clone()));
        match value {
            Val::Bool(s, it) => Val::Bool(own(s), own(it)),
            Val::Number(s, Num::Narrow(n)) => Val::Number(own(s), Num::Narrow(own(n))),
            Val::Number(s, Num::Wide(low, high)) => Val::Number(own(s), Num::Wide(own(low), own(high))),
            Val::Date(s, it) => Val::Date(own(s), own(it)),
            Val::Enum(s, it) => Val::Enum(own(s), own(it)),
            Val::Text(s, address, length) => Val::Text(own(s), own(address), own(length)),
            Val::List(s, address, count, layout) => Val::List(own(s), own(address), own(count), layout.clone()),
            Val::Optional(s, present, inside) => {
                let (state, present) = (own(s), own(present));
                Val::Optional(state, present, Box::new(self.held(inside)))
            }
            Val::Record(s, parts) => {
                let state = own(s);
                Val::Record(state, parts.iter().map(|it| self.held(it)).collect())
            }
            Val::Place { .. } => value.clone(),
        }
    }

    /// Sets the locals of a held value.
    pub(super) fn hold(&mut self, held: &Val, value: &Val) {
        let mut set = |to: &Expr, from: &Expr| {
            if let Expr::Get(local) = to {
                self.build.set(*local, from.clone());
            }
        };
        match (held, value) {
            (Val::Bool(s, a), Val::Bool(t, b))
            | (Val::Date(s, a), Val::Date(t, b))
            | (Val::Enum(s, a), Val::Enum(t, b)) => {
                set(s, t);
                set(a, b);
            }
            (Val::Number(s, a), Val::Number(t, b)) => {
                set(s, t);
                match (a, b) {
                    (Num::Narrow(a), b) => set(a, &b.clone().low()),
                    (Num::Wide(low, high), Num::Wide(b_low, b_high)) => {
                        set(low, b_low);
                        set(high, b_high);
                    }
                    _ => {}
                }
            }
            (Val::Text(s, a, m), Val::Text(t, b, n)) | (Val::List(s, a, m, _), Val::List(t, b, n, _)) => {
                set(s, t);
                set(a, b);
                set(m, n);
            }
            (Val::Optional(s, p, a), Val::Optional(t, q, b)) => {
                set(s, t);
                set(p, q);
                self.hold(a, b);
            }
            (Val::Record(s, xs), Val::Record(t, ys)) => {
                set(s, t);
                xs.iter().zip(ys).for_each(|(x, y)| self.hold(x, y));
            }
            _ => {}
        }
    }
}
