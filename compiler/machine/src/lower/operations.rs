//! The table of operations. All but a few need all their operands: the state of the result is theirs.

use super::Lower;
use super::build::{Blocks, i32, i64, long, not, select, unary};
use super::state::{self, State};
use super::value::{Num, Val};
use crate::code::{Expr, Ty, Unary};
use crate::layout::is_narrow;
use crate::runtime::{Helper, calendar};
use enact_ir::calendar::{FIRST, LAST};
use enact_ir::{CalendarId, Fault, Op, Type};

impl Lower<'_> {
    pub(crate) fn operation(&mut self, op: Op, args: &[Val], ty: &Type) -> Val {
        let (states, values): (Vec<State>, Vec<Val>) = args.iter().map(|it| self.state(it)).unzip();
        match (op, values.as_slice()) {
            (Op::Eq, [a, b]) => {
                let (state, value) = self.equal(a, b);
                Val::Bool(state, value)
            }
            (Op::Some, [a]) => {
                let state = states.into_iter().next().unwrap_or(state::KNOWN);
                let inside = self.with_state(a, state::KNOWN);
                let made = Val::Optional(state, i32(1), Box::new(inside));
                self.coerce(&made, ty)
            }
            (Op::Get, [Val::Optional(state, present, inside)]) => {
                if self.leave_if(not(present.clone())).is_some() {
                    return inside.as_ref().clone();
                }
                let known = state::is_known(state.clone());
                let (own, inside) = self.state(inside);
                let absent = i32(state::fault(Fault::Absent));
                let there = select(Ty::I32, present.clone(), own, absent);
                let missing = select(Ty::I32, state::is_missing(state.clone()), i32(2), state.clone());
                let state = self.build.keep(select(Ty::I32, known, there, missing));
                self.with_state(&inside, state)
            }
            (Op::IsPresent, [Val::Optional(state, present, _)]) => Val::Bool(state.clone(), present.clone()),
            (Op::Size, [Val::List(state, _, count, _)]) => {
                let count = self.build.keep(unary(Unary::ExtendUnsigned, count.clone()));
                self.number(state.clone(), Num::Narrow(count), ty)
            }
            (Op::Concat, [a @ Val::List(..), b @ Val::List(..)]) => self.concatenated(states, a, b, ty),
            _ => {
                let state = state::all(&mut self.build, states);
                self.strict(op, &values, state, ty)
            }
        }
    }

    /// A number as its type holds it.
    pub(crate) fn number(&mut self, state: State, n: Num, ty: &Type) -> Val {
        let narrow = ty.number().is_none_or(is_narrow);
        Val::Number(state, n.fit(narrow, &mut self.build))
    }

    fn strict(&mut self, op: Op, args: &[Val], state: State, ty: &Type) -> Val {
        match args {
            [Val::Bool(_, a)] => Val::Bool(state, self.build.keep(not(a.clone()))),
            [Val::Number(..), ..] => self.on_numbers(op, args, state, ty),
            [Val::Date(_, a), rest @ ..] => self.on_dates(op, (a, rest), state, ty),
            [Val::Text(_, address, length), rest @ ..] => self.on_text(op, (address, length), rest, state, ty),
            _ => self.blank(ty, state),
        }
    }

    fn on_numbers(&mut self, op: Op, args: &[Val], state: State, ty: &Type) -> Val {
        let mut numbers: Vec<Num> = Vec::new();
        for arg in args {
            if let Val::Number(_, n) = arg {
                numbers.push(n.clone());
            }
        }
        match (op, numbers.as_slice()) {
            (Op::Lt, [a, b]) => {
                let less = self.less(a, b);
                Val::Bool(state, self.build.keep(less))
            }
            (Op::Le, [a, b]) => {
                let less = self.less_or_equal(a, b);
                Val::Bool(state, self.build.keep(less))
            }
            (Op::MakeDate, [year, month, day]) => {
                let args = [year, month, day].map(|n| self.clipped(n)).to_vec();
                Val::Date(state, self.runtime.call_one(&mut self.build, Helper::MakeDate, Ty::I64, args))
            }
            (Op::DivRound(_), [a, b]) if state != state::KNOWN => {
                // What is not known must not be divided by.
                let known = self.build.keep(state::is_known(state.clone()));
                let a = self.where_known(&known, a, 0);
                let b = self.where_known(&known, b, 1);
                let value = self.arithmetic(op, &[a, b], ty.number().is_none_or(is_narrow));
                self.number(state, value, ty)
            }
            (op, numbers) => {
                let value = self.arithmetic(op, numbers, ty.number().is_none_or(is_narrow));
                self.number(state, value, ty)
            }
        }
    }

    fn where_known(&mut self, known: &Expr, n: &Num, other: i64) -> Num {
        let mut part = |it: Expr, other: i64| self.build.keep(select(Ty::I64, known.clone(), it, i64(other)));
        match n.clone() {
            Num::Narrow(n) => Num::Narrow(part(n, other)),
            Num::Wide(low, high) => Num::Wide(part(low, other), part(high, 0)),
        }
    }

    fn on_dates(&mut self, op: Op, (a, rest): (&Expr, &[Val]), state: State, ty: &Type) -> Val {
        let a = a.clone();
        match (op, rest) {
            (Op::Lt, [Val::Date(_, b)]) => Val::Bool(state, self.build.keep(long::lt(a, b.clone()))),
            (Op::Le, [Val::Date(_, b)]) => Val::Bool(state, self.build.keep(long::le(a, b.clone()))),
            (Op::Min | Op::Max, [Val::Date(_, b)]) => {
                let less = long::lt(a.clone(), b.clone());
                let first = if op == Op::Min { less } else { not(less) };
                Val::Date(state, self.build.keep(select(Ty::I64, first, a, b.clone())))
            }
            (Op::AddDays, [Val::Number(_, n)]) => {
                let n = self.clipped(n);
                let n = calendar::clamp(&mut self.build, n, FIRST - LAST, LAST - FIRST);
                Val::Date(state, calendar::clamp(&mut self.build, long::add(a, n), FIRST, LAST))
            }
            (Op::AddMonths, [Val::Number(_, n)]) => {
                let n = self.clipped(n);
                Val::Date(state, self.runtime.call_one(&mut self.build, Helper::AddMonths, Ty::I64, vec![a, n]))
            }
            (Op::DaysBetween, [Val::Date(_, b)]) => {
                let days = self.build.keep(long::sub(a, b.clone()));
                self.number(state, Num::Narrow(days), ty)
            }
            (Op::MonthsBetween | Op::YearsBetween, [Val::Date(_, b)]) => {
                let args = vec![a, b.clone()];
                let months = self.runtime.call_one(&mut self.build, Helper::MonthsBetween, Ty::I64, args);
                let count = if op == Op::YearsBetween { long::div(months, i64(12)) } else { months };
                let count = self.build.keep(count);
                self.number(state, Num::Narrow(count), ty)
            }
            (Op::Year | Op::Month | Op::Day, []) => {
                let id = self.runtime.helper(Helper::Civil);
                let parts = self.build.call(id, &[Ty::I64; 3], vec![a]);
                let place = match op {
                    Op::Year => 0,
                    Op::Month => 1,
                    _ => 2,
                };
                let part = parts.into_iter().nth(place).unwrap_or(i64(0));
                self.number(state, Num::Narrow(part), ty)
            }
            (Op::Weekday, []) => {
                let weekday = calendar::weekday_of(&mut self.build, a);
                let weekday = self.build.keep(weekday);
                self.number(state, Num::Narrow(weekday), ty)
            }
            _ => self.on_working_days(op, (a, rest), state, ty),
        }
    }

    fn on_working_days(&mut self, op: Op, (a, rest): (Expr, &[Val]), state: State, ty: &Type) -> Val {
        let table = |it: &mut Self, id: CalendarId| {
            let calendar = it.program.calendar_of(id).map(calendar::exceptions).unwrap_or_default();
            let count = i32::try_from(calendar.len() / 12).unwrap_or(i32::MAX);
            vec![it.runtime.data(&calendar), i32(count)]
        };
        match (op, rest) {
            (Op::IsWorkingDay(id), []) => {
                let mut args = table(self, id);
                args.push(a);
                Val::Bool(state, self.runtime.call_one(&mut self.build, Helper::IsWorkingDay, Ty::I32, args))
            }
            (Op::NextWorkingDay(id), []) => {
                let mut args = table(self, id);
                args.push(a.clone());
                let works = self.runtime.call_one(&mut self.build, Helper::IsWorkingDay, Ty::I32, args.clone());
                args.push(i64(1));
                let next = self.apart(|it| {
                    let next = it.runtime.call_one(&mut it.build, Helper::AddWorkingDays, Ty::I64, args);
                    Val::Date(state.clone(), next)
                });
                self.merge(not(works), next, (Vec::new(), Val::Date(state.clone(), a)))
            }
            (Op::AddWorkingDays(id), [Val::Number(_, n)]) => {
                let n = self.clipped(n);
                let mut args = table(self, id);
                args.extend([a, n]);
                Val::Date(state, self.runtime.call_one(&mut self.build, Helper::AddWorkingDays, Ty::I64, args))
            }
            (Op::WorkingDaysBetween(id), [Val::Date(_, b)]) => {
                let mut args = table(self, id);
                args.extend([a, b.clone()]);
                let days = self.runtime.call_one(&mut self.build, Helper::WorkingDaysBetween, Ty::I64, args);
                self.number(state, Num::Narrow(days), ty)
            }
            _ => self.blank(ty, state),
        }
    }

    fn on_text(&mut self, op: Op, text: (&Expr, &Expr), rest: &[Val], state: State, ty: &Type) -> Val {
        let args = vec![text.0.clone(), text.1.clone()];
        let one = |it: &mut Self, helper: Helper, ty: Ty, args: Vec<Expr>| {
            it.runtime.call_one(&mut it.build, helper, ty, args)
        };
        match (op, rest) {
            (Op::Length, []) => {
                let length = one(self, Helper::TextLength, Ty::I64, args);
                self.number(state, Num::Narrow(length), ty)
            }
            (Op::IsDigits, []) => Val::Bool(state, one(self, Helper::IsDigits, Ty::I32, args)),
            (Op::IsAlphanumeric, []) => Val::Bool(state, one(self, Helper::IsAlphanumeric, Ty::I32, args)),
            (Op::Slice, [Val::Number(_, from), Val::Number(_, count)]) => {
                let (from, count) = (self.clipped(from), self.clipped(count));
                let mut least = |n: Expr| calendar::clamp(&mut self.build, n, 0, i64::MAX);
                let (from, count) = (least(from), least(count));
                let id = self.runtime.helper(Helper::TextSlice);
                let args = vec![text.0.clone(), text.1.clone(), from, count];
                let found = self.build.call(id, &[Ty::Ptr, Ty::I32], args);
                let [address, length] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [Expr::Data(0), i32(0)]);
                Val::Text(state, address, length)
            }
            (Op::StartsWith, [Val::Text(_, address, length)]) => {
                let long = super::build::le_u(length.clone(), text.1.clone());
                let args = vec![text.0.clone(), length.clone(), address.clone(), length.clone()];
                let same = self.apart(|it| Val::Bool(state.clone(), one(it, Helper::TextEqual, Ty::I32, args)));
                self.merge(long, same, (Vec::new(), Val::Bool(state.clone(), i32(0))))
            }
            (Op::ToNumber, []) => {
                let id = self.runtime.helper(Helper::ToNumber);
                let found = self.build.call(id, &[Ty::I32, Ty::I64], args);
                let [there, n] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [i32(0), i64(0)]);
                let inside = self.number(state::KNOWN, Num::Narrow(n), ty.inner());
                Val::Optional(state, there, Box::new(inside))
            }
            _ => self.blank(ty, state),
        }
    }

    fn concatenated(&mut self, states: Vec<State>, a: &Val, b: &Val, ty: &Type) -> Val {
        let (a, b) = (self.coerce(a, ty), self.coerce(b, ty));
        let state = state::all(&mut self.build, states);
        let (Val::List(_, x, m, layout), Val::List(_, y, n, _), Type::List { max, .. }) = (a, b, ty) else {
            return self.blank(ty, state);
        };
        let known = self.build.keep(state::is_known(state.clone()));
        let count = |count: Expr| select(Ty::I32, known.clone(), count, i32(0));
        let (m, n) = (self.build.keep(count(m)), self.build.keep(count(n)));
        let total = self.build.keep(super::build::add(m.clone(), n.clone()));
        let room = self.allocate(&total, &layout, *max);
        let size = i32(i32::try_from(layout.size).unwrap_or(i32::MAX));
        let bytes = |count: Expr| super::build::op(crate::code::Binary::Mul, Ty::I32, count, size.clone());
        self.copy(&x, &room, bytes(m.clone()));
        let second = self.element_at(&room, &layout, m);
        self.copy(&y, &second, bytes(n));
        Val::List(state, room, total, layout)
    }

    /// Copies bytes, a multiple of 8.
    pub(crate) fn copy(&mut self, from: &Expr, to: &Expr, bytes: Expr) {
        let end = self.build.keep(bytes);
        let at = self.build.var(i32(0));
        self.repeat(|it| {
            let done = super::build::le_u(end, Expr::Get(at));
            it.when(done, |it| it.build.push(crate::code::Stmt::Break(0)));
            let word = super::build::load_i64(super::build::beyond(from.clone(), Expr::Get(at)), 0);
            let place = super::build::beyond(to.clone(), Expr::Get(at));
            it.build.store(crate::code::Width::Eight, place, 0, word);
            it.build.set(at, super::build::add(Expr::Get(at), i32(8)));
        });
    }
}
