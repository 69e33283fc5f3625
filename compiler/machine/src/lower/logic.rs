//! `and`, `or`, equality, branches: where a value may be there although something is missing or has failed.

use super::build::{Blocks, and, eq, i32, ne, not, or, select, truth};
use super::state::{self, State};
use super::steps::Steps;
use super::value::{Num, Val};
use super::{Judged, Lower, is_small};
use crate::code::{Expr, Ty};
use crate::runtime::Helper;
use enact_ir::{ExprKind, Type};

/// A truth: its state and its value.
type Truth = (State, Expr);

impl<'p> Lower<'p> {
    pub(crate) fn truth(&mut self, value: &Val) -> Truth {
        match self.read(value) {
            Val::Bool(state, value) => (state, value),
            other => (self.state(&other).0, i32(0)),
        }
    }

    pub(crate) fn connective(&mut self, args: &'p [enact_ir::Expr], decisive: bool) -> Judged {
        let lazy = !self.mode.trace && !args.iter().skip(1).all(is_small);
        if !lazy {
            let all: Vec<Judged> = args.iter().map(|arg| self.expr(arg)).collect();
            return self.connect(all, decisive);
        }
        let Some((first, rest)) = args.split_first() else { return (Val::Bool(state::KNOWN, i32(0)), Steps::None) };
        let mut so_far = self.expr(first).0;
        for arg in rest {
            let (state, value) = self.truth(&so_far);
            let decided = and(state::is_known(state.clone()), eq(value.clone(), truth(decisive)));
            let decided = self.build.keep(decided);
            let yes = (Vec::new(), Val::Bool(state, value));
            let no = self.apart(|it| {
                let next = it.expr(arg).0;
                it.connect(vec![(so_far.clone(), Steps::None), (next, Steps::None)], decisive).0
            });
            so_far = self.merge(decided, yes, no);
        }
        (so_far, Steps::None)
    }

    /// `and` (decisive: false) or `or` (true): one operand of the decisive value decides, whatever the others are.
    pub(crate) fn connect(&mut self, all: Vec<Judged>, decisive: bool) -> Judged {
        let (values, steps): (Vec<Val>, Vec<Steps>) = all.into_iter().unzip();
        let truths: Vec<Truth> = values.iter().map(|it| self.truth(it)).collect();
        let hits = truths.iter().map(|(state, value)| {
            let value = if decisive { value.clone() } else { not(value.clone()) };
            and(state::is_known(state.clone()), value)
        });
        let hits: Vec<Expr> = hits.collect::<Vec<_>>().into_iter().map(|it| self.build.keep(it)).collect();
        let any = hits.iter().cloned().fold(truth(false), or);
        let decided = self.build.keep(any);
        let states: Vec<State> = truths.into_iter().map(|(state, _)| state).collect();
        let state = self.undecided(&states);
        let state = self.build.keep(select(Ty::I32, decided.clone(), state::KNOWN, state));
        let value = if decisive { decided.clone() } else { not(decided.clone()) };
        let value = self.build.keep(value);
        let counts = |(steps, hit): (Steps, Expr)| {
            let open = not(decided.clone());
            match steps {
                Steps::None => Steps::None,
                steps => steps.when(or(hit, open)),
            }
        };
        let steps = steps.into_iter().zip(hits).map(counts).map(|it| self.kept(it)).collect::<Vec<_>>();
        (Val::Bool(state, value), Steps::all(steps))
    }

    /// The state of a connective that no operand decides.
    fn undecided(&mut self, states: &[State]) -> State {
        let open = states.iter().cloned().map(state::is_missing).fold(i32(0), or);
        let open = self.build.keep(open);
        let missing = state::missing_among(&mut self.build, states.to_vec());
        let fault = state::all(&mut self.build, states.to_vec());
        self.build.keep(select(Ty::I32, open, missing, fault))
    }

    /// The same steps, with their condition as something that stays.
    fn kept(&mut self, steps: Steps) -> Steps {
        match steps {
            Steps::When(condition, steps) => {
                let condition = self.build.keep(condition);
                Steps::When(condition, steps)
            }
            other => other,
        }
    }

    /// One of two by a condition. If the condition is missing, both may count.
    pub(crate) fn branch(
        &mut self,
        condition: Judged,
        ty: &Type,
        then: impl FnOnce(&mut Self) -> Judged,
        otherwise: impl FnOnce(&mut Self) -> Judged,
    ) -> Judged {
        let (value, steps) = condition;
        let (state, holds) = self.truth(&value);
        if state == state::KNOWN {
            return self.known_branch(holds, ty, then, otherwise, steps);
        }
        let known = self.build.keep(state::is_known(state.clone()));
        let open = if self.mode.may_miss { state::is_missing(state.clone()) } else { i32(0) };
        let open = self.build.keep(open);
        let wanted = |it: &mut Self, holds: Expr| {
            let wanted = or(and(known.clone(), holds), open.clone());
            it.build.keep(wanted)
        };
        let (yes, no) = (wanted(self, holds.clone()), wanted(self, not(holds.clone())));
        let then = self.guarded(yes.clone(), ty, then);
        let otherwise = self.guarded(no.clone(), ty, otherwise);
        let counted = Steps::all([steps, then.1.when(yes), otherwise.1.when(no)]);
        let failed = self.blank(ty, state.clone());
        let chosen = self.apart(|it| {
            let yes = (Vec::new(), then.0.clone());
            let no = (Vec::new(), otherwise.0.clone());
            it.merge(holds, yes, no)
        });
        let settled = self.merge(known, chosen, (Vec::new(), failed));
        if !self.mode.may_miss {
            return (settled, counted);
        }
        let joined = self.apart(|it| it.join(&state, &then.0, &otherwise.0, ty));
        (self.merge(open, joined, (Vec::new(), settled)), counted)
    }

    fn known_branch(
        &mut self,
        holds: Expr,
        ty: &Type,
        then: impl FnOnce(&mut Self) -> Judged,
        otherwise: impl FnOnce(&mut Self) -> Judged,
        steps: Steps,
    ) -> Judged {
        match holds {
            Expr::I32(0) => {
                let (value, more) = otherwise(self);
                (self.coerce(&value, ty), steps.and(more))
            }
            Expr::I32(_) => {
                let (value, more) = then(self);
                (self.coerce(&value, ty), steps.and(more))
            }
            holds => {
                let (yes, (a, a_steps)) = self.apart(|it| it.settled(ty, then));
                let (no, (b, b_steps)) = self.apart(|it| it.settled(ty, otherwise));
                let merged = self.merge(holds.clone(), (yes, a), (no, b));
                (merged, Steps::all([steps, a_steps.when(holds.clone()), b_steps.when(not(holds))]))
            }
        }
    }

    /// A value of a branch, read as a whole.
    fn settled(&mut self, ty: &Type, f: impl FnOnce(&mut Self) -> Judged) -> Judged {
        let (value, steps) = f(self);
        let value = self.coerce(&value, ty);
        (self.deep(&value), steps)
    }

    /// A value that is made only under a condition; without meaning elsewhere.
    pub(crate) fn guarded(&mut self, condition: Expr, ty: &Type, f: impl FnOnce(&mut Self) -> Judged) -> Judged {
        let (block, (value, steps)) = self.apart(|it| it.settled(ty, f));
        let blank = self.blank(ty, state::KNOWN);
        (self.merge(condition, (block, value), (Vec::new(), blank)), steps)
    }

    /// The first exception whose condition is true, else the general rule.
    pub(crate) fn choose(
        &mut self,
        rule: u32,
        exceptions: &'p [(enact_ir::Expr, enact_ir::Expr)],
        general: &'p enact_ir::Expr,
        ty: &Type,
    ) -> Judged {
        self.choose_from(rule, 0, exceptions, general, ty)
    }

    /// The rest of the exceptions from a place on; as deep as there are exceptions, which the verifier bounds by the size of the decision.
    fn choose_from(
        &mut self,
        rule: u32,
        place: usize,
        exceptions: &'p [(enact_ir::Expr, enact_ir::Expr)],
        general: &'p enact_ir::Expr,
        ty: &Type,
    ) -> Judged {
        let Some((condition, value)) = exceptions.get(place) else {
            return self.expr(general);
        };
        let bit = self.steps.exception(rule, place);
        let condition = self.expr(condition);
        let (state, holds) = self.truth(&condition.0);
        // An exception that may apply is no step: only one that does.
        let applies = and(state::is_known(state), holds);
        let applies = self.build.keep(applies);
        let then = |it: &mut Self| {
            let (value, steps) = it.expr(value);
            let step = it.step(Steps::One(bit)).when(applies);
            (value, steps.and(step))
        };
        self.branch(condition, ty, then, |it| it.choose_from(rule, place + 1, exceptions, general, ty))
    }

    /// The second operand counts only where the first is absent.
    pub(crate) fn or_else(&mut self, args: &'p [enact_ir::Expr], ty: &Type) -> Judged {
        let [value, other] = args else { return (self.blank(ty, state::KNOWN), Steps::None) };
        let (value, steps) = self.expr(value);
        let Val::Optional(state, present, inside) = self.read(&value) else { return (value, steps) };
        let known = self.build.keep(state::is_known(state.clone()));
        let open = if self.mode.may_miss { state::is_missing(state.clone()) } else { i32(0) };
        let open = self.build.keep(open);
        let wanted = or(and(known.clone(), not(present.clone())), open.clone());
        let wanted = self.build.keep(wanted);
        let (other, more) = self.guarded(wanted.clone(), ty, |it| it.expr(other));
        let steps = steps.and(more.when(wanted));
        let inside = self.coerce(&inside, ty);
        let inside = self.deep(&inside);
        let there = self.merge(present, (Vec::new(), inside), (Vec::new(), other.clone()));
        let (other_state, _) = self.state(&other);
        let missing = state::missing_among(&mut self.build, [state.clone(), other_state]);
        let failed = select(Ty::I32, open, missing, state);
        let failed = self.build.keep(failed);
        let failed = self.blank(ty, failed);
        let there = self.deep(&there);
        (self.merge(known, (Vec::new(), there), (Vec::new(), failed)), steps)
    }

    /// What both sides of a branch come to when its condition is missing: parts that are the same on both sides do not depend on it.
    pub(crate) fn join(&mut self, condition: &State, a: &Val, b: &Val, ty: &Type) -> Val {
        let (a_state, a) = self.state(a);
        let (b_state, b) = self.state(b);
        let faults = and(state::is_fault(a_state.clone()), state::is_fault(b_state.clone()));
        let fault = state::all(&mut self.build, [a_state.clone(), b_state.clone()]);
        let missing = state::missing_among(&mut self.build, [condition.clone(), a_state.clone(), b_state.clone()]);
        let other = self.build.keep(select(Ty::I32, faults, fault, missing));
        let known = and(state::is_known(a_state), state::is_known(b_state));
        let apart = self.build.keep(and(not(state::may_fault(condition.clone())), known));
        let other = self.blank(ty, other);
        let same = self.apart(|it| {
            let joined = it.join_known(condition, &a, &b, ty);
            it.deep(&joined)
        });
        self.merge(apart, same, (Vec::new(), other))
    }

    fn join_known(&mut self, condition: &State, a: &Val, b: &Val, ty: &Type) -> Val {
        match (a, b, ty) {
            (Val::Record(_, xs), Val::Record(_, ys), _) => {
                let types = self.part_types(ty);
                let pairs = xs.iter().zip(ys).zip(&types);
                let parts = pairs.map(|((x, y), ty)| self.join(condition, x, y, ty)).collect();
                Val::Record(state::KNOWN, parts)
            }
            (Val::Optional(_, p, x), Val::Optional(_, q, y), Type::Optional(inner)) => {
                let differ = ne(p.clone(), q.clone());
                let there = and(p.clone(), q.clone());
                let inside = self.join(condition, x, y, inner);
                let (inner_state, inside) = self.state(&inside);
                // A scalar that differs is missing as a whole; a record is there, and its parts may be missing.
                let own = select(Ty::I32, there.clone(), inner_state, state::KNOWN);
                let state = self.build.keep(select(Ty::I32, differ, i32(1), own));
                let inside = self.with_state(&inside, state::KNOWN);
                Val::Optional(state, self.build.keep(there), Box::new(inside))
            }
            (Val::List(_, x, m, layout), Val::List(_, y, n, _), Type::List { element, max }) => {
                let same = self.build.keep(eq(m.clone(), n.clone()));
                let joined = self.apart(|it| {
                    let room = it.allocate(m, layout, *max);
                    it.over(m, *max, |it, place| {
                        let (p, q) = (it.element(x, layout, place.clone()), it.element(y, layout, place.clone()));
                        let joined = it.join(condition, &p, &q, element);
                        let at = it.element_at(&room, layout, place);
                        it.write_element(&joined, &at, layout);
                    });
                    Val::List(state::KNOWN, room, m.clone(), layout.clone())
                });
                let missing = self.blank(ty, i32(1));
                self.merge(same, joined, (Vec::new(), missing))
            }
            (a, b, _) => {
                let same = self.same(a, b);
                let state = self.build.keep(select(Ty::I32, same, state::KNOWN, i32(1)));
                self.with_state(a, state)
            }
        }
    }

    pub(crate) fn part_types(&self, ty: &Type) -> Vec<Type> {
        match ty.inner() {
            Type::Record(id) => {
                let record = self.program.record_of(*id);
                record.map(|it| it.fields.iter().map(|field| field.ty.clone()).collect()).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Whether two known values of no parts are the same.
    pub(crate) fn same(&mut self, a: &Val, b: &Val) -> Expr {
        match (a, b) {
            (Val::Bool(_, x), Val::Bool(_, y)) | (Val::Enum(_, x), Val::Enum(_, y)) => eq(x.clone(), y.clone()),
            (Val::Date(_, x), Val::Date(_, y)) => super::build::long::eq(x.clone(), y.clone()),
            (Val::Number(_, x), Val::Number(_, y)) => self.numbers_equal(x, y),
            (Val::Text(_, x, m), Val::Text(_, y, n)) => {
                let args = vec![x.clone(), m.clone(), y.clone(), n.clone()];
                self.runtime.call_one(&mut self.build, Helper::TextEqual, Ty::I32, args)
            }
            _ => i32(0),
        }
    }

    fn numbers_equal(&mut self, x: &Num, y: &Num) -> Expr {
        match (x, y) {
            (Num::Narrow(x), Num::Narrow(y)) => super::build::long::eq(x.clone(), y.clone()),
            (x, y) => {
                let (x, y) = (x.clone().wide(&mut self.build), y.clone().wide(&mut self.build));
                and(super::build::long::eq(x.0, y.0), super::build::long::eq(x.1, y.1))
            }
        }
    }

    /// Whether two are the same, in three values; of different types only where one is optional.
    pub(crate) fn equal(&mut self, a: &Val, b: &Val) -> Truth {
        let (a_state, a) = self.state(a);
        let (b_state, b) = self.state(b);
        if a_state == state::KNOWN && b_state == state::KNOWN {
            return self.equal_known(&a, &b);
        }
        let open = or(state::is_missing(a_state.clone()), state::is_missing(b_state.clone()));
        let faults = or(state::is_fault(a_state.clone()), state::is_fault(b_state.clone()));
        let fault = state::all(&mut self.build, [a_state.clone(), b_state.clone()]);
        let missing = state::missing_among(&mut self.build, [a_state, b_state]);
        let faults = self.build.keep(faults);
        let other = select(Ty::I32, faults.clone(), fault, missing);
        let other = self.build.keep(other);
        let unknown = self.build.keep(or(open, faults));
        let known = self.apart(|it| {
            let (state, value) = it.equal_known(&a, &b);
            Val::Bool(it.build.keep(state), it.build.keep(value))
        });
        let merged = self.merge(not(unknown), known, (Vec::new(), Val::Bool(other, i32(0))));
        self.truth(&merged)
    }

    fn equal_known(&mut self, a: &Val, b: &Val) -> Truth {
        match (a, b) {
            (Val::Optional(_, p, x), Val::Optional(_, q, y)) => {
                let both = self.build.keep(and(p.clone(), q.clone()));
                let neither = and(not(p.clone()), not(q.clone()));
                let inside = self.apart(|it| it.boxed_equal(x, y));
                let outside = Val::Bool(state::KNOWN, self.build.keep(neither));
                let merged = self.merge(both, inside, (Vec::new(), outside));
                self.truth(&merged)
            }
            (Val::Optional(_, p, x), y) => {
                let inside = self.apart(|it| it.boxed_equal(x, y));
                let merged = self.merge(p.clone(), inside, (Vec::new(), Val::Bool(state::KNOWN, i32(0))));
                self.truth(&merged)
            }
            (x, optional @ Val::Optional(..)) => self.equal_known(optional, x),
            (Val::Record(_, xs), Val::Record(_, ys)) => {
                let all = xs.iter().zip(ys).map(|(x, y)| {
                    let (state, value) = self.equal(x, y);
                    (Val::Bool(state, value), Steps::None)
                });
                let all = all.collect();
                let (value, _) = self.connect(all, false);
                self.truth(&value)
            }
            (Val::List(_, x, m, x_layout), Val::List(_, y, n, y_layout)) => {
                let same = self.build.keep(eq(m.clone(), n.clone()));
                let equal = self.apart(|it| {
                    let (state, value) = it.all_equal(m, (x, x_layout), (y, y_layout));
                    Val::Bool(state, value)
                });
                let merged = self.merge(same, equal, (Vec::new(), Val::Bool(state::KNOWN, i32(0))));
                self.truth(&merged)
            }
            (a, b) => {
                let same = self.same(a, b);
                (state::KNOWN, self.build.keep(same))
            }
        }
    }

    fn boxed_equal(&mut self, x: &Val, y: &Val) -> Val {
        let (state, value) = self.equal(x, y);
        Val::Bool(self.build.keep(state), self.build.keep(value))
    }

    /// Whether the elements of two lists of one length are the same.
    fn all_equal(
        &mut self,
        count: &Expr,
        a: (&Expr, &std::sync::Arc<crate::layout::Layout>),
        b: (&Expr, &std::sync::Arc<crate::layout::Layout>),
    ) -> Truth {
        let differ = self.build.var(i32(0));
        let open = self.build.var(i32(0));
        self.count(count, |it, n| {
            let (x, y) = (it.element(a.0, a.1, n.clone()), it.element(b.0, b.1, n));
            let (state, value) = it.equal(&x, &y);
            let hit = and(state::is_known(state.clone()), not(value));
            it.build.set(differ, or(Expr::Get(differ), hit));
            it.build.set(open, or(Expr::Get(open), state::is_missing(state)));
        });
        let state = and(Expr::Get(open), not(Expr::Get(differ)));
        (self.build.keep(state), self.build.keep(not(Expr::Get(differ))))
    }

    /// Whether a list holds a value.
    pub(crate) fn contains(&mut self, args: &'p [enact_ir::Expr]) -> Judged {
        let [value, list] = args else { return (Val::Bool(state::KNOWN, i32(0)), Steps::None) };
        let (value, steps) = self.expr(value);
        let value = self.deep(&value);
        let constants = match (&list.kind, &list.ty) {
            (ExprKind::Const(enact_ir::Value::List(all)), Type::List { element, .. }) => {
                Some(all.iter().map(|it| self.constant(it, element)).collect::<Vec<_>>())
            }
            _ => None,
        };
        let (own, _) = self.state(&value);
        if let (Some(all), true) = (&constants, own == state::KNOWN) {
            let equals = all.iter().map(|it| {
                let (state, value) = self.equal(it, &value);
                (Val::Bool(state, value), Steps::None)
            });
            let equals = equals.collect();
            return (self.connect(equals, true).0, steps);
        }
        let (list, more) = self.expr(list);
        let found = self.contains_in(&value, &list);
        (found, steps.and(more))
    }

    fn contains_in(&mut self, value: &Val, list: &Val) -> Val {
        let (own, value) = self.state(value);
        let (list_state, list) = self.state(list);
        let Val::List(_, address, count, layout) = list else { return Val::Bool(list_state, i32(0)) };
        let (hit, open) = (self.build.var(i32(0)), self.build.var(i32(0)));
        // A fault of the value comes first; one that may come leaves it open.
        let blocked = or(state::may_fault(own.clone()), not(state::is_known(list_state.clone())));
        let blocked = self.build.keep(blocked);
        self.when(not(blocked.clone()), |it| {
            it.count(&count, |it, n| {
                let element = it.element(&address, &layout, n);
                let (state, same) = it.equal(&element, &value);
                let here = and(state::is_known(state.clone()), same);
                it.build.set(hit, or(Expr::Get(hit), here));
                it.build.set(open, or(Expr::Get(open), state::is_missing(state)));
            });
        });
        let looked = and(Expr::Get(open), not(Expr::Get(hit)));
        let missing = state::missing_among(&mut self.build, [own.clone(), list_state.clone()]);
        let strict = state::all(&mut self.build, [own.clone(), list_state]);
        // The value may become a fault: missing because of both.
        let may = select(Ty::I32, eq(own.clone(), i32(2)), missing, strict);
        let barred = select(Ty::I32, state::is_fault(own.clone()), own, may);
        let state = select(Ty::I32, blocked, barred, looked);
        Val::Bool(self.build.keep(state), Expr::Get(hit))
    }
}
