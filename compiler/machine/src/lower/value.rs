//! Values in locals and in memory: reading, writing, joining what two branches come to.

use super::Lower;
use super::build::{
    Blocks, and, beyond, i32, i64, load, load_byte, load_i32, load_i64, load_ptr, long, ne, op, or, unary,
};
use super::decision::INPUT;
use super::state::{self, State};
use crate::code::{Binary, Expr, Stmt, Ty, Unary, Width};
use crate::layout::{Layout, Slot, is_narrow};
use enact_ir::{Type, Value};
use std::rc::Rc;

/// What an expression comes to. Every part is a constant or a local, so that it can be used again.
#[derive(Clone)]
pub(crate) enum Val {
    /// Still in memory; parts are read when they are needed.
    Place {
        base: Expr,
        slot: Rc<Slot>,
        may_miss: bool,
    },
    Bool(State, Expr),
    Number(State, Num),
    Date(State, Expr),
    Text(State, Expr, Expr),
    Enum(State, Expr),
    /// Whether it is there, and what is inside.
    Optional(State, Expr, Box<Val>),
    Record(State, Vec<Val>),
    /// Address and number of the elements, and the struct of an element.
    List(State, Expr, Expr, Rc<Layout>),
}

/// A number, by the range of its type.
#[derive(Clone)]
pub(crate) enum Num {
    Narrow(Expr),
    /// The lower and the upper half.
    Wide(Expr, Expr),
}

impl Num {
    /// Both halves.
    pub(crate) fn wide(self, build: &mut super::build::Build) -> (Expr, Expr) {
        match self {
            Num::Narrow(n) => {
                let n = build.keep(n);
                let sign = build.keep(long::shr(n.clone(), i64(63)));
                (n, sign)
            }
            Num::Wide(low, high) => (low, high),
        }
    }

    /// The lower half: the number itself where it is known to fit.
    pub(crate) fn low(self) -> Expr {
        match self {
            Num::Narrow(n) | Num::Wide(n, _) => n,
        }
    }

    /// As the range of a type wants it.
    pub(crate) fn fit(self, narrow: bool, build: &mut super::build::Build) -> Num {
        match (narrow, self) {
            (true, n) => Num::Narrow(n.low()),
            (false, n) => {
                let (low, high) = n.wide(build);
                Num::Wide(low, high)
            }
        }
    }
}

impl Lower<'_> {
    /// The value with its outermost form read from memory.
    pub(crate) fn read(&mut self, value: &Val) -> Val {
        let Val::Place { base, slot, may_miss } = value else { return value.clone() };
        let base = base.clone();
        if let (Type::Record(_), false) = (&slot.ty, slot.fields.is_empty()) {
            return Val::Record(state::KNOWN, self.fields(&base, slot, *may_miss));
        }
        if base == self.build.param(INPUT) {
            self.reads.insert(slot.bit);
        }
        let state = if *may_miss { self.missing_bit(&base, slot.bit) } else { state::KNOWN };
        match &slot.ty {
            Type::Record(_) => Val::Record(state::KNOWN, Vec::new()),
            Type::Optional(inner) => {
                let present = self.build.keep(load_byte(base.clone(), slot.present));
                let inside = match inner.as_ref() {
                    Type::Record(_) => Val::Record(state::KNOWN, self.fields(&base, slot, *may_miss)),
                    inner => self.scalar(inner, state::KNOWN, &base, slot),
                };
                Val::Optional(state, present, Box::new(inside))
            }
            ty => self.scalar(ty, state, &base, slot),
        }
    }

    fn fields(&self, base: &Expr, slot: &Slot, may_miss: bool) -> Vec<Val> {
        let field = |slot: &Rc<Slot>| Val::Place { base: base.clone(), slot: slot.clone(), may_miss };
        slot.fields.iter().map(field).collect()
    }

    /// 0 if the bit is set, else 1.
    fn missing_bit(&mut self, base: &Expr, bit: u32) -> State {
        let byte = load_byte(base.clone(), bit / 8);
        let bit = i32(1 << (bit % 8));
        self.build.keep(super::build::not(op(Binary::And, Ty::I32, byte, bit)))
    }

    fn scalar(&mut self, ty: &Type, state: State, base: &Expr, slot: &Slot) -> Val {
        let (base, offset) = (base.clone(), slot.offset);
        let build = &mut self.build;
        match ty {
            Type::Bool => Val::Bool(state, build.keep(load_byte(base, offset))),
            Type::Number(number) if is_narrow(*number) => {
                Val::Number(state, Num::Narrow(build.keep(load_i64(base, offset))))
            }
            Type::Number(_) => {
                let low = build.keep(load_i64(base.clone(), offset));
                Val::Number(state, Num::Wide(low, build.keep(load_i64(base, offset + 8))))
            }
            Type::Date => Val::Date(state, build.keep(load(Ty::I64, Width::Four, true, base, offset))),
            Type::Enum(_) => Val::Enum(state, build.keep(load_i32(base, offset))),
            Type::Text { .. } => {
                let address = build.keep(load_ptr(base.clone(), offset));
                let length = known_or_none(&state, load_i32(base, offset + 8));
                Val::Text(state, address, build.keep(length))
            }
            Type::List { .. } => {
                let address = build.keep(load_ptr(base.clone(), offset));
                let count = build.keep(known_or_none(&state, load_i32(base, offset + 8)));
                let element = slot.element.clone().unwrap_or_else(|| Layout::of_element(self.program, &Type::Bool));
                Val::List(state, address, count, element)
            }
            Type::Optional(_) | Type::Record(_) => Val::Record(state, Vec::new()),
        }
    }

    /// The value with all its parts read; lists stay where they are.
    pub(crate) fn deep(&mut self, value: &Val) -> Val {
        match self.read(value) {
            Val::Record(state, parts) => Val::Record(state, parts.iter().map(|it| self.deep(it)).collect()),
            Val::Optional(state, present, inside) => Val::Optional(state, present, Box::new(self.deep(&inside))),
            other => other,
        }
    }

    /// The state of the outermost form.
    pub(crate) fn state(&mut self, value: &Val) -> (State, Val) {
        let value = self.read(value);
        let state = match &value {
            Val::Bool(state, _)
            | Val::Number(state, _)
            | Val::Date(state, _)
            | Val::Text(state, ..)
            | Val::Enum(state, _)
            | Val::Optional(state, ..)
            | Val::Record(state, _)
            | Val::List(state, ..) => state.clone(),
            Val::Place { .. } => state::KNOWN,
        };
        (state, value)
    }

    /// The same with another state.
    pub(crate) fn with_state(&mut self, value: &Val, state: State) -> Val {
        match self.read(value) {
            Val::Bool(_, it) => Val::Bool(state, it),
            Val::Number(_, it) => Val::Number(state, it),
            Val::Date(_, it) => Val::Date(state, it),
            Val::Text(_, address, length) => Val::Text(state, address, length),
            Val::Enum(_, it) => Val::Enum(state, it),
            Val::Optional(_, present, inside) => Val::Optional(state, present, inside),
            Val::Record(_, parts) => Val::Record(state, parts),
            Val::List(_, address, count, layout) => Val::List(state, address, count, layout),
            place @ Val::Place { .. } => place,
        }
    }

    /// A value of a type that says nothing but its state.
    pub(crate) fn blank(&self, ty: &Type, state: State) -> Val {
        let none = || (Expr::Data(0), i32(0));
        match ty {
            Type::Bool => Val::Bool(state, i32(0)),
            Type::Number(number) if is_narrow(*number) => Val::Number(state, Num::Narrow(i64(0))),
            Type::Number(_) => Val::Number(state, Num::Wide(i64(0), i64(0))),
            Type::Date => Val::Date(state, i64(0)),
            Type::Text { .. } => Val::Text(state, none().0, none().1),
            Type::Enum(_) => Val::Enum(state, i32(0)),
            Type::Optional(inner) => Val::Optional(state, i32(0), Box::new(self.blank(inner, state::KNOWN))),
            Type::Record(id) => {
                let fields = self.program.record_of(*id).map(|it| it.fields.as_slice()).unwrap_or_default();
                Val::Record(state, fields.iter().map(|it| self.blank(&it.ty, state::KNOWN)).collect())
            }
            Type::List { element, .. } => {
                Val::List(state, none().0, none().1, Layout::of_element(self.program, element))
            }
        }
    }

    /// A constant.
    pub(crate) fn constant(&mut self, value: &Value, ty: &Type) -> Val {
        let known = || state::KNOWN;
        match (value, ty) {
            (Value::Absent, Type::Optional(_)) => self.blank(ty, known()),
            (value, Type::Optional(inner)) => Val::Optional(known(), i32(1), Box::new(self.constant(value, inner))),
            (Value::Bool(truth), _) => Val::Bool(known(), super::build::truth(*truth)),
            (Value::Number(n), Type::Number(number)) if is_narrow(*number) => {
                Val::Number(known(), Num::Narrow(i64(*n as i64)))
            }
            (Value::Number(n), _) => Val::Number(known(), Num::Wide(i64(*n as i64), i64((*n >> 64) as i64))),
            (Value::Date(day), _) => Val::Date(known(), i64(*day)),
            (Value::Enum(case), _) => Val::Enum(known(), i32(case.cast_signed())),
            (Value::Text(text), _) => {
                let length = i32::try_from(text.len()).unwrap_or(i32::MAX);
                Val::Text(known(), self.runtime.data(text.as_bytes()), i32(length))
            }
            (Value::Record(parts), Type::Record(id)) => {
                let fields = self.program.record_of(*id).map(|it| it.fields.as_slice()).unwrap_or_default();
                Val::Record(known(), parts.iter().zip(fields).map(|(it, field)| self.constant(it, &field.ty)).collect())
            }
            (Value::List(parts), Type::List { element, .. }) => {
                let parts: Vec<Val> = parts.iter().map(|it| self.constant(it, element)).collect();
                self.list_of(element, &parts)
            }
            _ => self.blank(ty, known()),
        }
    }

    /// The value as a type of a wider range holds it.
    pub(crate) fn coerce(&mut self, value: &Val, ty: &Type) -> Val {
        match (self.read(value), ty) {
            (Val::Number(state, n), Type::Number(number)) => {
                let n = n.fit(is_narrow(*number), &mut self.build);
                Val::Number(state, n)
            }
            (Val::Optional(state, present, inside), Type::Optional(inner)) => {
                Val::Optional(state, present, Box::new(self.coerce(&inside, inner)))
            }
            (Val::Record(state, parts), Type::Record(id)) => {
                let fields = self.program.record_of(*id).map(|it| it.fields.as_slice()).unwrap_or_default();
                Val::Record(state, parts.iter().zip(fields).map(|(it, field)| self.coerce(it, &field.ty)).collect())
            }
            (Val::List(state, address, count, layout), Type::List { element, max }) => {
                let wanted = Layout::of_element(self.program, element);
                if same_form(&layout, &wanted) {
                    return Val::List(state, address, count, layout);
                }
                let room = self.allocate(&count, &wanted, *max);
                self.over(&count, *max, |it, n| {
                    let from = it.element(&address, &layout, n.clone());
                    let to = it.coerce(&from, element);
                    let at = it.element_at(&room, &wanted, n);
                    it.write_element(&to, &at, &wanted);
                });
                Val::List(state, room, count, wanted)
            }
            (value, _) => value,
        }
    }

    /// What two branches come to, each written in its own block so far; the blocks are joined under the condition.
    pub(crate) fn merge(&mut self, condition: Expr, yes: (Vec<Stmt>, Val), no: (Vec<Stmt>, Val)) -> Val {
        let ((mut yes, a), (mut no, b)) = (yes, no);
        if let Expr::I32(constant) = condition {
            let (block, value) = if constant == 0 { (no, b) } else { (yes, a) };
            block.into_iter().for_each(|stmt| self.build.push(stmt));
            return value;
        }
        let merged = self.join_parts(&mut yes, &mut no, a, b);
        if !(yes.is_empty() && no.is_empty()) {
            self.build.push(Stmt::If(condition, yes, no));
        }
        merged
    }

    fn join_parts(&mut self, yes: &mut Vec<Stmt>, no: &mut Vec<Stmt>, a: Val, b: Val) -> Val {
        let mut one = |a: Expr, b: Expr| self.join_expr(yes, no, a, b);
        match (a, b) {
            (Val::Bool(s, x), Val::Bool(t, y)) => Val::Bool(one(s, t), one(x, y)),
            (Val::Number(s, x), Val::Number(t, y)) => {
                let state = one(s, t);
                Val::Number(
                    state,
                    match (x, y) {
                        (Num::Narrow(x), Num::Narrow(y)) => Num::Narrow(one(x, y)),
                        (x, y) => {
                            let (x_high, y_high) = (high(&x), high(&y));
                            Num::Wide(one(x.low(), y.low()), one(x_high, y_high))
                        }
                    },
                )
            }
            (Val::Date(s, x), Val::Date(t, y)) => Val::Date(one(s, t), one(x, y)),
            (Val::Enum(s, x), Val::Enum(t, y)) => Val::Enum(one(s, t), one(x, y)),
            (Val::Text(s, x, m), Val::Text(t, y, n)) => Val::Text(one(s, t), one(x, y), one(m, n)),
            (Val::List(s, x, m, layout), Val::List(t, y, n, _)) => Val::List(one(s, t), one(x, y), one(m, n), layout),
            (Val::Optional(s, p, x), Val::Optional(t, q, y)) => {
                let (state, present) = (one(s, t), one(p, q));
                Val::Optional(state, present, Box::new(self.join_parts(yes, no, *x, *y)))
            }
            (Val::Record(s, xs), Val::Record(t, ys)) => {
                let state = one(s, t);
                let parts = xs.into_iter().zip(ys).map(|(x, y)| self.join_parts(yes, no, x, y)).collect();
                Val::Record(state, parts)
            }
            (a, _) => a,
        }
    }

    fn join_expr(&mut self, yes: &mut Vec<Stmt>, no: &mut Vec<Stmt>, a: Expr, b: Expr) -> Expr {
        if a == b {
            return a;
        }
        let local = self.build.local(self.build.ty(&a));
        yes.push(Stmt::Set(local, a));
        no.push(Stmt::Set(local, b));
        Expr::Get(local)
    }

    /// Writes a value into a slot of a struct; bits of leaves that are known are added to `mask`.
    pub(crate) fn write(&mut self, value: &Val, base: &Expr, slot: &Slot, mask: &mut Vec<(u32, Expr)>) {
        let value = self.read(value);
        let known = |state: &State| state::is_known(state.clone());
        match (&value, slot.ty.inner()) {
            (Val::Record(state, parts), _) => {
                let mut within = Vec::new();
                for (part, slot) in parts.iter().zip(&slot.fields) {
                    self.write(part, base, slot, &mut within);
                }
                mask.extend(within.into_iter().map(|(bit, it)| (bit, and(known(state), it))));
            }
            (Val::Optional(state, present, inside), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::One, base.clone(), slot.present, present.clone());
                let mut inner = slot.clone();
                inner.ty = slot.ty.inner().clone();
                let mut within = Vec::new();
                self.write(inside, base, &inner, &mut within);
                // The bit of the optional says all of a leaf inside; a record has bits of its own.
                let absent = and(known(state), super::build::not(present.clone()));
                let own = within.into_iter().filter(|(bit, _)| *bit != slot.bit);
                mask.extend(own.map(|(bit, known)| (bit, or(known, absent.clone()))));
            }
            (Val::Bool(state, it), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::One, base.clone(), slot.offset, it.clone());
            }
            (Val::Number(state, n), Type::Number(number)) => {
                mask.push((slot.bit, known(state)));
                match n.clone().fit(is_narrow(*number), &mut self.build) {
                    Num::Narrow(n) => self.build.store(Width::Eight, base.clone(), slot.offset, n),
                    Num::Wide(low, high) => {
                        self.build.store(Width::Eight, base.clone(), slot.offset, low);
                        self.build.store(Width::Eight, base.clone(), slot.offset + 8, high);
                    }
                }
            }
            (Val::Date(state, day), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::Four, base.clone(), slot.offset, unary(Unary::Wrap, day.clone()));
            }
            (Val::Enum(state, case), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::Four, base.clone(), slot.offset, case.clone());
            }
            (Val::Text(state, address, count) | Val::List(state, address, count, _), _) => {
                mask.push((slot.bit, known(state)));
                self.build.store(Width::Eight, base.clone(), slot.offset, address.clone());
                self.build.store(Width::Four, base.clone(), slot.offset + 8, count.clone());
            }
            _ => {}
        }
    }

    /// Writes an element of a list with its mask.
    pub(crate) fn write_element(&mut self, value: &Val, at: &Expr, layout: &Rc<Layout>) {
        let Some(slot) = layout.slots.first().cloned() else { return };
        let value = self.coerce(value, &slot.ty);
        let mut mask = Vec::new();
        self.write(&value, at, &slot, &mut mask);
        if self.mode.may_miss {
            self.write_mask(&mask, at, layout.words());
        }
    }

    /// Writes the words of a mask.
    pub(crate) fn write_mask(&mut self, mask: &[(u32, Expr)], at: &Expr, words: u32) {
        for word in 0..words {
            let of_word = mask.iter().filter(|(bit, _)| bit / 64 == word);
            let bits = of_word.fold(i64(0), |bits, (bit, known)| {
                let known = unary(Unary::ExtendUnsigned, known.clone());
                long::or(bits, long::shl(known, i64((bit % 64).into())))
            });
            self.build.store(Width::Eight, at.clone(), word * 8, bits);
        }
    }

    /// Room for elements, from the arena.
    pub(crate) fn allocate(&mut self, count: &Expr, layout: &Layout, most: u32) -> Expr {
        self.arena_need = self.arena_need.saturating_add(u64::from(most) * u64::from(layout.size));
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        let start = Expr::Get(self.build.var(Expr::Get(self.arena)));
        let bytes = op(Binary::Mul, Ty::I32, count.clone(), size);
        let next = beyond(start.clone(), bytes);
        self.build.set(self.arena, next);
        start
    }

    /// The address of an element.
    pub(crate) fn element_at(&mut self, list: &Expr, layout: &Layout, n: Expr) -> Expr {
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        self.build.keep(beyond(list.clone(), op(Binary::Mul, Ty::I32, n, size)))
    }

    /// An element of a list, still in memory.
    pub(crate) fn element(&mut self, list: &Expr, layout: &Rc<Layout>, n: Expr) -> Val {
        let base = self.element_at(list, layout, n);
        match layout.slots.first() {
            Some(slot) => Val::Place { base, slot: slot.clone(), may_miss: self.mode.may_miss },
            None => Val::Record(state::KNOWN, Vec::new()),
        }
    }

    /// A list of values that are written out.
    pub(crate) fn list_of(&mut self, element: &Type, parts: &[Val]) -> Val {
        let layout = Layout::of_element(self.program, element);
        let most = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let count = i32(i32::try_from(parts.len()).unwrap_or(i32::MAX));
        let room = self.allocate(&count, &layout, most);
        for (n, part) in (0..).zip(parts) {
            let at = self.element_at(&room, &layout, i32(n));
            self.write_element(part, &at, &layout);
        }
        Val::List(state::KNOWN, room, count, layout)
    }

    /// Runs a loop over `count` elements of at most `most`. What its body takes from the arena stays taken.
    pub(crate) fn over(&mut self, count: &Expr, most: u32, body: impl FnOnce(&mut Self, Expr)) {
        let before = std::mem::take(&mut self.arena_need);
        self.count(count, body);
        self.arena_need = before.saturating_add(self.arena_need.saturating_mul(most.into()));
    }

    /// Whether any part of a value is missing, elements of lists included.
    pub(crate) fn any_missing(&mut self, value: &Val) -> Expr {
        if !self.mode.may_miss {
            return i32(0);
        }
        match self.read(value) {
            Val::Record(state, parts) => {
                let inside = self.any_of(&parts);
                or(state::is_missing(state.clone()), and(state::is_known(state), inside))
            }
            Val::Optional(state, present, inside) => {
                let inside = self.any_missing(&inside);
                let there = and(state::is_known(state.clone()), ne(present, i32(0)));
                or(state::is_missing(state), and(there, inside))
            }
            Val::List(state, address, count, layout) => {
                let found = self.build.var(state::is_missing(state.clone()));
                self.when(state::is_known(state), |it| {
                    it.count(&count, |it, n| {
                        let element = it.element(&address, &layout, n);
                        let missing = it.any_missing(&element);
                        it.build.set(found, or(Expr::Get(found), missing));
                    });
                });
                Expr::Get(found)
            }
            other => {
                let (state, _) = self.state(&other);
                state::is_missing(state)
            }
        }
    }

    fn any_of(&mut self, parts: &[Val]) -> Expr {
        let all: Vec<Expr> = parts.iter().map(|it| self.any_missing(it)).collect();
        let any = all.into_iter().fold(i32(0), or);
        self.build.keep(any)
    }
}

/// A length that is 0 where nothing is known.
fn known_or_none(state: &State, length: Expr) -> Expr {
    super::build::select(Ty::I32, state::is_known(state.clone()), length, i32(0))
}

fn high(n: &Num) -> Expr {
    match n {
        Num::Narrow(n) => long::shr(n.clone(), i64(63)),
        Num::Wide(_, high) => high.clone(),
    }
}

/// Whether two structs lie in memory in the same way.
fn same_form(a: &Layout, b: &Layout) -> bool {
    fn slot(a: &Slot, b: &Slot) -> bool {
        let elements = match (&a.element, &b.element) {
            (Some(a), Some(b)) => same_form(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let fields = a.fields.len() == b.fields.len() && a.fields.iter().zip(&b.fields).all(|(a, b)| slot(a, b));
        elements && fields && (a.offset, a.present, a.bit) == (b.offset, b.present, b.bit)
    }
    a.size == b.size && a.slots.iter().zip(&b.slots).all(|(a, b)| slot(a, b))
}
