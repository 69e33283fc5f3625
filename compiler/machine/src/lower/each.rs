//! Forms over the elements of a list.
//!
//! `any`, `all`, `count` and `sum` look at the elements one by one. The others first find which elements pass and in which order, then look at what is taken of each.

use super::build::{Blocks, add, and, eq, i32, i64, lt, not, or, select};
use super::state::{self, State};
use super::steps::Steps;
use super::value::{Num, Val};
use super::{Judged, Lower};
use crate::code::{Expr, Local, Stmt, Ty};
use crate::layout::{Layout, is_narrow};
use enact_ir::{Each, ExprKind, LocalId, Op, Type};
use std::sync::Arc;

/// The parts of a form.
pub(super) struct Form<'p> {
    pub(super) form: Each,
    pub(super) element: LocalId,
    pub(super) before: Option<LocalId>,
    pub(super) filter: Option<&'p enact_ir::Expr>,
    pub(super) sort: Option<(&'p enact_ir::Expr, bool)>,
    pub(super) body: &'p enact_ir::Expr,
    /// Most elements.
    pub(super) most: u32,
    /// The type of the form.
    pub(super) ty: &'p Type,
}

/// The list that a form goes over.
#[derive(Clone)]
pub(super) struct Elements {
    pub(super) address: Expr,
    pub(super) count: Expr,
    pub(super) layout: Arc<Layout>,
}

/// Faults and missing facts that come up in a loop.
pub(super) struct Gathered {
    /// The first fault, or `i32::MAX` with `any_fault` unset.
    pub(super) fault: Local,
    pub(super) any_fault: Local,
    pub(super) missing: Local,
    pub(super) may_fault: Local,
}

impl<'p> Lower<'p> {
    pub(crate) fn each(&mut self, expr: &'p enact_ir::Expr) -> Judged {
        let ExprKind::Each { form, list, element, before, filter, sort, body } = &expr.kind else {
            return (self.blank(&expr.ty, state::KNOWN), Steps::None);
        };
        let most = match &list.ty {
            Type::List { max, .. } => *max,
            _ => 0,
        };
        let sort = sort.as_ref().map(|(key, descending)| (key.as_ref(), *descending));
        let (element, before, filter) = (*element, *before, filter.as_deref());
        let form = Form { form: *form, element, before, filter, sort, body, most, ty: &expr.ty };
        let (list, steps) = self.expr(list);
        let Val::List(state, address, count, layout) = self.read(&list) else {
            return (self.blank(&expr.ty, state::KNOWN), steps);
        };
        let elements = Elements { address, count, layout };
        if state == state::KNOWN {
            let (value, more) = self.over_elements(&form, &elements);
            return (value, steps.and(more));
        }
        let known = self.build.keep(state::is_known(state.clone()));
        let (block, (value, more)) = self.apart(|it| {
            let (value, more) = it.over_elements(&form, &elements);
            (it.deep(&value), more)
        });
        let failed = self.blank(&expr.ty, state);
        let merged = self.merge(known.clone(), (block, value), (Vec::new(), failed));
        (merged, steps.and(more.when(known)))
    }

    fn over_elements(&mut self, form: &Form<'p>, list: &Elements) -> Judged {
        match form.form {
            Each::Any => self.quantified(form, list, true),
            Each::All => self.quantified(form, list, false),
            Each::Count | Each::Sum => self.added(form, list),
            Each::Min | Each::Max | Each::First | Each::Map => self.in_order(form, list),
        }
    }

    pub(super) fn enter(&mut self, form: &Form<'p>, list: &Elements, n: &Expr) {
        let element = self.element(&list.address, &list.layout, n.clone());
        self.locals.insert(form.element, (element, Steps::None));
        if let Some(before) = form.before {
            let earlier = Val::List(state::KNOWN, list.address.clone(), n.clone(), list.layout.clone());
            self.locals.insert(before, (earlier, Steps::None));
        }
    }

    pub(super) fn passes(&mut self, form: &Form<'p>) -> Judged {
        match form.filter {
            Some(filter) => self.expr(filter),
            None => (Val::Bool(state::KNOWN, i32(1)), Steps::None),
        }
    }

    /// For `any` and `count`: the element passes and its body is true. For `all`: it does not pass or its body is true.
    fn passes_and(&mut self, form: &Form<'p>, list: &Elements, n: &Expr) -> Judged {
        self.enter(form, list, n);
        let (passes, steps) = self.passes(form);
        let (state, value) = self.truth(&passes);
        let all = form.form == Each::All;
        let passes = if all { Val::Bool(state.clone(), self.build.keep(not(value.clone()))) } else { passes };
        if state == state::KNOWN && !self.mode.trace {
            // The body counts only where the element passes.
            let body = form.body;
            let asked = self.apart(|it| {
                let (value, _) = it.expr(body);
                it.deep(&value)
            });
            let other = Val::Bool(state::KNOWN, i32(i32::from(all)));
            return (self.merge(value, asked, (Vec::new(), other)), Steps::None);
        }
        let body = self.expr(form.body);
        self.connect(vec![(passes, steps), body], all)
    }

    pub(super) fn gathered(&mut self) -> Gathered {
        let mut zero = |n: i32| self.build.var(i32(n));
        Gathered { fault: zero(i32::MAX), any_fault: zero(0), missing: zero(0), may_fault: zero(0) }
    }

    /// Takes note of a state where the condition holds.
    pub(super) fn gather(&mut self, into: &Gathered, state: &State, counts: &Expr) {
        if *state == state::KNOWN || *counts == i32(0) {
            return;
        }
        let fault = self.build.keep(and(state::is_fault(state.clone()), counts.clone()));
        let first = and(fault.clone(), lt(state.clone(), Expr::Get(into.fault)));
        self.build.set(into.fault, select(Ty::I32, first, state.clone(), Expr::Get(into.fault)));
        self.build.set(into.any_fault, or(Expr::Get(into.any_fault), fault));
        if self.mode.may_miss {
            let missing = and(state::is_missing(state.clone()), counts.clone());
            self.build.set(into.missing, or(Expr::Get(into.missing), missing));
            let may = and(eq(state.clone(), i32(2)), counts.clone());
            self.build.set(into.may_fault, or(Expr::Get(into.may_fault), may));
        }
    }

    /// The state of what needs everything that was gathered: a fault comes first.
    pub(super) fn all_gathered(&mut self, from: &Gathered) -> State {
        let get = Expr::Get;
        let missing = if self.mode.may_miss { add(get(from.missing), get(from.may_fault)) } else { i32(0) };
        let missing = self.build.keep(missing);
        let missing = select(Ty::I32, lt(i32(1), missing.clone()), i32(2), missing);
        self.build.keep(select(Ty::I32, get(from.any_fault), get(from.fault), missing))
    }

    fn quantified(&mut self, form: &Form<'p>, list: &Elements, decisive: bool) -> Judged {
        let hit = self.build.var(i32(0));
        let gathered = self.gathered();
        let (deciding, all) = (self.trace(), self.trace());
        self.over(&list.count, form.most, |it, n| {
            let (value, steps) = it.passes_and(form, list, &n);
            let (state, value) = it.truth(&value);
            let here = and(state::is_known(state.clone()), if decisive { value } else { not(value) });
            let here = it.build.keep(here);
            it.note(&deciding, &steps.clone().when(here.clone()));
            it.note(&all, &steps);
            it.gather(&gathered, &state, &i32(1));
            it.build.set(hit, or(Expr::Get(hit), here.clone()));
            if !it.mode.trace {
                it.when(here, |it| it.build.push(Stmt::Break(0)));
            }
        });
        let hit = Expr::Get(hit);
        // What is missing may still decide, in spite of a fault.
        let get = Expr::Get;
        let may = or(get(gathered.may_fault), get(gathered.any_fault));
        let open = select(Ty::I32, may, i32(2), i32(1));
        let fault = select(Ty::I32, get(gathered.any_fault), get(gathered.fault), state::KNOWN);
        let undecided = select(Ty::I32, get(gathered.missing), open, fault);
        let state = self.build.keep(select(Ty::I32, hit.clone(), state::KNOWN, undecided));
        let value = self.build.keep(if decisive { hit.clone() } else { not(hit.clone()) });
        let steps = self.step(Steps::Written(deciding)).when(hit.clone());
        let others = self.step(Steps::Written(all)).when(not(hit));
        (Val::Bool(state, value), steps.and(others))
    }

    /// A sum, or the number of bodies that are true.
    fn added(&mut self, form: &Form<'p>, list: &Elements) -> Judged {
        let narrow = form.ty.number().is_none_or(is_narrow);
        let (low, high) = (self.build.var(i64(0)), self.build.var(i64(0)));
        let gathered = self.gathered();
        let trace = self.trace();
        self.over(&list.count, form.most, |it, n| {
            let (value, steps) = it.one_addend(form, list, &n);
            it.note(&trace, &steps);
            let (state, value) = it.state(&value);
            it.gather(&gathered, &state, &i32(1));
            let Val::Number(_, addend) = value else { return };
            let so_far = Num::Wide(Expr::Get(low), Expr::Get(high));
            match it.arithmetic(Op::Add, &[so_far, addend], narrow) {
                Num::Narrow(sum) => it.build.set(low, sum),
                Num::Wide(sum, upper) => {
                    it.build.set(low, sum);
                    it.build.set(high, upper);
                }
            }
        });
        let state = self.all_gathered(&gathered);
        let sum = if narrow { Num::Narrow(Expr::Get(low)) } else { Num::Wide(Expr::Get(low), Expr::Get(high)) };
        (Val::Number(state, sum), self.step(Steps::Written(trace)))
    }

    fn one_addend(&mut self, form: &Form<'p>, list: &Elements, n: &Expr) -> Judged {
        let number = |it: &mut Self, n: i64| it.number(state::KNOWN, Num::Narrow(i64(n)), form.ty);
        if form.form == Each::Count {
            let counts = self.passes_and(form, list, n);
            return self.branch(counts, form.ty, |it| (number(it, 1), Steps::None), |it| (number(it, 0), Steps::None));
        }
        self.enter(form, list, n);
        let passes = self.passes(form);
        // The sum's type holds each addend: a single one is a sum too.
        self.branch(
            passes,
            &form.body.ty,
            |it| it.expr(form.body),
            |it| {
                let zero = it.number(state::KNOWN, Num::Narrow(i64(0)), &form.body.ty);
                (zero, Steps::None)
            },
        )
    }
}
