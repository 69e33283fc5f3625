//! Values in locals: constants, what two branches come to, what is missing in them.

use super::Lower;
use super::build::{Blocks, and, i32, i64, long, ne, or, select};
use super::state::{self, State};
use crate::code::{Expr, Stmt};
use crate::layout::{Layout, Slot, is_narrow};
use enact_ir::{Type, Value};
use std::sync::Arc;

/// What an expression comes to. Every part is a constant or a local, so that it can be used again.
#[derive(Clone)]
pub(crate) enum Val {
    /// Still in memory; parts are read when they are needed.
    Place {
        base: Expr,
        slot: Arc<Slot>,
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
    List(State, Expr, Expr, Arc<Layout>),
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

/// Parts of a value that are chosen without a branch; more are set in one.
const CHOICES: usize = 4;

impl Lower<'_> {
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
        let simple = yes.is_empty() && no.is_empty();
        let merged = self.join_parts(&mut yes, &mut no, a, b);
        if simple && yes.len() <= CHOICES {
            self.choose_parts(&condition, yes, no);
            return merged;
        }
        if !(yes.is_empty() && no.is_empty()) {
            self.build.push(Stmt::If(condition, yes, no));
        }
        merged
    }

    /// Locals that are set in both blocks, in the same order, without a branch.
    fn choose_parts(&mut self, condition: &Expr, yes: Vec<Stmt>, no: Vec<Stmt>) {
        let condition = self.build.keep(condition.clone());
        for pair in yes.into_iter().zip(no) {
            if let (Stmt::Set(local, a), Stmt::Set(_, b)) = pair {
                let ty = self.build.ty(&a);
                self.build.set(local, select(ty, condition.clone(), a, b));
            }
        }
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
