//! Forms for which the elements must be brought in order: those that pass, sorted by a key. It may be open which pass, and in which order.

use super::build::{Blocks, add, and, beyond, eq, i32, i64, lt, lt_u, ne, not, op, or, select};
use super::each::{Elements, Form, Gathered};
use super::state::{self, State};
use super::steps::Steps;
use super::value::{Num, Val};
use super::{Judged, Lower};
use crate::code::{Binary, Expr, Local, Stmt, Ty, Width};
use crate::layout::{Layout, is_narrow};
use crate::runtime::Helper;
use enact_ir::{Each, Type};
use std::sync::Arc;

/// Elements that pass or may pass, in the arena: each its place, whether it certainly passes, and its key.
struct Items {
    address: Expr,
    count: Local,
    /// Bytes of an item.
    size: u32,
    key: Arc<Layout>,
    passes: Gathered,
    keys: Gathered,
    /// Of the keys of elements that certainly pass.
    certain_keys: Gathered,
    /// The steps of filters and keys.
    trace: Vec<Local>,
}

/// Where the key stands in an item.
const KEY: u32 = 8;

impl<'p> Lower<'p> {
    /// Forms for which the elements are brought in order: those that pass, sorted.
    pub(super) fn in_order(&mut self, form: &Form<'p>, list: &Elements) -> Judged {
        let items = self.items(form, list);
        let get = Expr::Get;
        let (count, gathered) = (get(items.count), &items.passes);
        let (key, may_miss) = (&items.keys, self.mode.may_miss);
        let unsorted = if form.sort.is_some() && may_miss {
            or(get(key.any_fault), and(lt_u(i32(1), count.clone()), get(key.missing)))
        } else if form.sort.is_some() {
            get(key.any_fault)
        } else {
            i32(0)
        };
        let uncertain = if form.form == Each::First {
            // Only what is missing may be passed over; a fault, or what may become one, leaves the first open.
            let faults = or(get(gathered.any_fault), get(gathered.may_fault));
            or(faults, or(get(key.may_fault), get(key.any_fault)))
        } else {
            or(get(gathered.any_fault), get(gathered.missing))
        };
        let open = self.build.keep(or(unsorted, uncertain));
        if form.sort.is_some() {
            self.when(not(open.clone()), |it| it.sort(form, list, &items));
        }
        let bodies = self.trace();
        let blank = self.blank(form.ty, state::KNOWN);
        let settled = self.apart(|it| {
            let value = match form.form {
                Each::First => it.first(form, list, &items, &bodies),
                _ => it.all_bodies(form, list, &items, &bodies),
            };
            it.deep(&value)
        });
        let value = self.merge(not(open.clone()), settled, (Vec::new(), blank));
        let (state, value) = self.state(&value);
        let unknown = self.apart(|it| {
            let state = it.open(form, list, &items, &bodies);
            Val::Bool(state, i32(0))
        });
        let merged = self.merge(open, unknown, (Vec::new(), Val::Bool(state, i32(0))));
        let (state, _) = self.state(&merged);
        let state = self.build.keep(state);
        let value = self.with_state(&value, state);
        let steps = self.step(Steps::Written(items.trace)).and(self.step(Steps::Written(bodies)));
        (value, steps)
    }

    fn item(&mut self, items: &Items, n: Expr) -> Expr {
        let size = i32(i32::try_from(items.size).unwrap_or(i32::MAX));
        self.build.keep(beyond(items.address.clone(), op(Binary::Mul, Ty::I32, n, size)))
    }

    /// The place in the list of an item, and whether it certainly passes.
    fn place(&mut self, items: &Items, n: Expr) -> (Expr, Expr) {
        let at = self.item(items, n);
        let place = self.build.keep(super::build::load_i32(at.clone(), 0));
        (place, self.build.keep(super::build::load_i32(at, 4)))
    }

    fn items(&mut self, form: &Form<'p>, list: &Elements) -> Items {
        let sorts = form.sort.filter(|_| matches!(form.form, Each::Map | Each::First));
        let key_type = sorts.map_or(Type::Bool, |(key, _)| key.ty.clone());
        let key = Layout::of_element(self.program, &key_type);
        let size = KEY + key.size;
        let layout = Layout { size, leaves: 0, slots: Vec::new() };
        let address = self.allocate(&list.count, &layout, form.most);
        let count = self.build.var(i32(0));
        let (passes, keys, certain_keys) = (self.gathered(), self.gathered(), self.gathered());
        let items = Items { address, count, size, key, passes, keys, certain_keys, trace: self.trace() };
        self.over(&list.count, form.most, |it, n| {
            it.enter(form, list, &n);
            let (passes, steps) = it.passes(form);
            it.note(&items.trace, &steps);
            let (state, value) = it.truth(&passes);
            it.gather(&items.passes, &state, &i32(1));
            let left_out = and(state::is_known(state.clone()), not(value));
            let certain = it.build.keep(state::is_known(state));
            it.when(not(left_out), |it| it.add_item(sorts, &items, n, certain));
        });
        items
    }

    fn add_item(&mut self, sorts: Option<(&'p enact_ir::Expr, bool)>, items: &Items, n: Expr, certain: Expr) {
        let at = self.item(items, Expr::Get(items.count));
        self.build.store(Width::Four, at.clone(), 0, n);
        self.build.store(Width::Four, at.clone(), 4, certain.clone());
        if let (Some((key, _)), Some(slot)) = (sorts, items.key.slots.first().cloned()) {
            let (key, steps) = self.expr(key);
            self.note(&items.trace, &steps);
            let (state, key) = self.state(&key);
            self.gather(&items.keys, &state, &i32(1));
            self.gather(&items.certain_keys, &state, &certain);
            let base = self.build.keep(beyond(at, i32(KEY.cast_signed())));
            self.write(&key, &base, &slot, &mut Vec::new());
        }
        self.build.set(items.count, add(Expr::Get(items.count), i32(1)));
    }

    /// Puts the items in the order of their keys, stable, by insertion.
    fn sort(&mut self, form: &Form<'p>, _: &Elements, items: &Items) {
        let Some((_, descending)) = form.sort.filter(|_| matches!(form.form, Each::Map | Each::First)) else { return };
        let words = items.size / 8;
        let count = Expr::Get(items.count);
        self.count(&count, |it, n| {
            let at = it.build.var(n);
            it.repeat(|it| {
                let stop = eq(Expr::Get(at), i32(0));
                it.when(stop, |it| it.build.push(Stmt::Break(0)));
                let before = op(Binary::Sub, Ty::I32, Expr::Get(at), i32(1));
                let (lower, upper) = (it.item(items, before.clone()), it.item(items, Expr::Get(at)));
                let swap = it.comes_first(items, &upper, &lower, descending);
                it.when(not(swap), |it| it.build.push(Stmt::Break(0)));
                for word in 0..words {
                    let a = it.build.keep(super::build::load_i64(lower.clone(), word * 8));
                    let b = it.build.keep(super::build::load_i64(upper.clone(), word * 8));
                    it.build.store(Width::Eight, lower.clone(), word * 8, b);
                    it.build.store(Width::Eight, upper.clone(), word * 8, a);
                }
                it.build.set(at, before);
            });
        });
    }

    /// Whether the key of an item comes strictly before that of another.
    fn comes_first(&mut self, items: &Items, a: &Expr, b: &Expr, descending: bool) -> Expr {
        let Some(slot) = items.key.slots.first().cloned() else { return i32(0) };
        let mut key = |it: &Expr| {
            let base = self.build.keep(beyond(it.clone(), i32(KEY.cast_signed())));
            self.read(&Val::Place { base, slot: slot.clone(), may_miss: false })
        };
        let (a, b) = (key(a), key(b));
        let (a, b) = if descending { (b, a) } else { (a, b) };
        let first = match (&a, &b) {
            (Val::Bool(_, a), Val::Bool(_, b)) => lt_u(a.clone(), b.clone()),
            (Val::Date(_, a), Val::Date(_, b)) => super::build::long::lt(a.clone(), b.clone()),
            (Val::Number(_, a), Val::Number(_, b)) => self.less(a, b),
            (Val::Text(_, a, m), Val::Text(_, b, n)) => {
                let args = vec![a.clone(), m.clone(), b.clone(), n.clone()];
                self.runtime.call_one(&mut self.build, Helper::TextLess, Ty::I32, args)
            }
            _ => i32(0),
        };
        self.build.keep(first)
    }

    /// What is taken of an item.
    fn body(&mut self, form: &Form<'p>, list: &Elements, place: &Expr) -> Judged {
        self.enter(form, list, place);
        let (value, steps) = self.expr(form.body);
        (self.deep(&value), steps)
    }

    /// It is not known which elements pass, or in which order: the state of the whole. A fault counts if it certainly comes up.
    fn open(&mut self, form: &Form<'p>, list: &Elements, items: &Items, bodies: &[Local]) -> State {
        let gathered = self.gathered();
        let any_may = self.build.var(i32(0));
        let count = Expr::Get(items.count);
        self.over(&count, form.most, |it, n| {
            let (place, certain) = it.place(items, n);
            let (value, steps) = it.body(form, list, &place);
            it.note(bodies, &steps);
            let (state, _) = it.state(&value);
            let counts = if form.form == Each::First { i32(0) } else { certain };
            it.gather(&gathered, &state, &counts);
            it.build.set(any_may, or(Expr::Get(any_may), state::may_fault(state)));
        });
        let get = Expr::Get;
        let mut fault = get(gathered.fault);
        let mut any = get(gathered.any_fault);
        self.build.set(any_may, or(get(any_may), or(get(items.keys.any_fault), get(items.keys.may_fault))));
        for other in [&items.passes, &items.certain_keys] {
            let less = lt(get(other.fault), fault.clone());
            fault = self.build.keep(select(Ty::I32, less, get(other.fault), fault));
            any = self.build.keep(or(any, get(other.any_fault)));
            self.build.set(any_may, or(get(any_may), get(other.may_fault)));
        }
        let missing = select(Ty::I32, get(any_may), i32(2), i32(1));
        self.build.keep(select(Ty::I32, any, fault, missing))
    }

    /// The list, or the smallest or largest, of all bodies.
    fn all_bodies(&mut self, form: &Form<'p>, list: &Elements, items: &Items, bodies: &[Local]) -> Val {
        match form.form {
            Each::Map => self.mapped(form, list, items, bodies),
            _ => self.extreme_of(form, list, items, bodies),
        }
    }

    fn mapped(&mut self, form: &Form<'p>, list: &Elements, items: &Items, bodies: &[Local]) -> Val {
        let Type::List { element, .. } = form.ty else { return self.blank(form.ty, state::KNOWN) };
        let layout = Layout::of_element(self.program, element);
        let count = Expr::Get(items.count);
        let room = self.allocate(&count, &layout, form.most);
        let gathered = self.gathered();
        self.over(&count, form.most, |it, n| {
            let (place, _) = it.place(items, n.clone());
            let (value, steps) = it.body(form, list, &place);
            it.note(bodies, &steps);
            let (state, value) = it.state(&value);
            it.gather(&gathered, &state, &i32(1));
            let at = it.element_at(&room, &layout, n);
            it.write_element(&value, &at, &layout);
        });
        let state = self.all_gathered(&gathered);
        // Missing parts leave the list a list.
        let only_missing = eq(state.clone(), i32(1));
        let state = self.build.keep(select(Ty::I32, only_missing, state::KNOWN, state));
        Val::List(state, room, count, layout)
    }

    fn extreme_of(&mut self, form: &Form<'p>, list: &Elements, items: &Items, bodies: &[Local]) -> Val {
        let inner = form.ty.inner();
        let (low, high) = (self.build.var(i64(0)), self.build.var(i64(0)));
        let gathered = self.gathered();
        let is_date = matches!(inner, Type::Date);
        let narrow = is_date || inner.number().is_none_or(is_narrow);
        let number = |low: Local, high: Local| {
            if narrow { Num::Narrow(Expr::Get(low)) } else { Num::Wide(Expr::Get(low), Expr::Get(high)) }
        };
        let count = Expr::Get(items.count);
        self.over(&count, form.most, |it, n| {
            let (place, _) = it.place(items, n.clone());
            let (value, steps) = it.body(form, list, &place);
            it.note(bodies, &steps);
            let (state, value) = it.state(&value);
            it.gather(&gathered, &state, &i32(1));
            let value = match value {
                Val::Number(_, n) => n.fit(narrow, &mut it.build),
                Val::Date(_, day) => Num::Narrow(day),
                _ => Num::Narrow(i64(0)),
            };
            let so_far = number(low, high);
            let better = if form.form == Each::Min { it.less(&value, &so_far) } else { it.less(&so_far, &value) };
            let better = it.build.keep(or(eq(n, i32(0)), better));
            it.when(better, |it| match value {
                Num::Narrow(n) => it.build.set(low, n),
                Num::Wide(n, upper) => {
                    it.build.set(low, n);
                    it.build.set(high, upper);
                }
            });
        });
        let state = self.all_gathered(&gathered);
        let there = self.build.keep(ne(count, i32(0)));
        let inside = match is_date {
            true => Val::Date(state::KNOWN, Expr::Get(low)),
            false => Val::Number(state::KNOWN, number(low, high)),
        };
        Val::Optional(state, there, Box::new(inside))
    }

    /// The first body: only that one counts, and those of elements that may come before it.
    fn first(&mut self, form: &Form<'p>, list: &Elements, items: &Items, bodies: &[Local]) -> Val {
        // The first item that certainly passes; all of them may pass.
        let sure = self.build.var(Expr::Get(items.count));
        let count = Expr::Get(items.count);
        self.count(&count, |it, n| {
            let (_, certain) = it.place(items, n.clone());
            it.when(certain, |it| {
                it.build.set(sure, n);
                it.build.push(Stmt::Break(0));
            });
        });
        let ends = self.build.keep(lt_u(Expr::Get(sure), count));
        let taken = self.apart(|it| {
            let (place, _) = it.place(items, Expr::Get(sure));
            let value = it.taken(form, list, &place, bodies);
            it.deep(&value)
        });
        let none = self.blank(form.ty, state::KNOWN);
        let last = self.merge(ends, taken, (Vec::new(), none));
        if !self.mode.may_miss {
            return last;
        }
        let mut result = self.held(&last);
        // Those that may pass, from the last to the first.
        let before = std::mem::take(&mut self.arena_need);
        let left = self.build.var(Expr::Get(sure));
        self.repeat(|it| {
            it.when(eq(Expr::Get(left), i32(0)), |it| it.build.push(Stmt::Break(0)));
            it.build.set(left, op(Binary::Sub, Ty::I32, Expr::Get(left), i32(1)));
            let (place, _) = it.place(items, Expr::Get(left));
            let value = it.taken(form, list, &place, bodies);
            let joined = it.join(&i32(1), &value, &result, form.ty);
            let joined = it.deep(&joined);
            it.hold(&result, &joined);
        });
        self.arena_need = before.saturating_add(self.arena_need.saturating_mul(form.most.into()));
        result = self.deep(&result);
        result
    }

    fn taken(&mut self, form: &Form<'p>, list: &Elements, place: &Expr, bodies: &[Local]) -> Val {
        let (value, steps) = self.body(form, list, place);
        self.note(bodies, &steps);
        let value = match value {
            optional @ Val::Optional(..) => optional,
            other => {
                let (state, inside) = self.state(&other);
                let inside = self.with_state(&inside, state::KNOWN);
                Val::Optional(state, i32(1), Box::new(inside))
            }
        };
        self.coerce(&value, form.ty)
    }
}
