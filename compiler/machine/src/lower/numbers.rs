//! Exact arithmetic: 64 bits where the range of the result allows it, else two halves.

use super::Lower;
use super::build::{and, i64, long, not, or, select, truth, unary};
use super::value::Num;
use crate::code::{Expr, Ty, Unary};
use crate::runtime::Helper;
use crate::runtime::wide::{self, Wide};
use enact_ir::{Op, Rounding};

impl Lower<'_> {
    /// An operation on numbers whose result is a number. A narrow result needs only the lower halves, since it is exact.
    pub(crate) fn arithmetic(&mut self, op: Op, args: &[Num], narrow: bool) -> Num {
        match (op, args) {
            (Op::Add | Op::Sub | Op::Mul, [a, b]) if narrow => {
                let (a, b) = (a.clone().low(), b.clone().low());
                let value = match op {
                    Op::Add => long::add(a, b),
                    Op::Sub => long::sub(a, b),
                    _ => long::mul(a, b),
                };
                Num::Narrow(self.build.keep(value))
            }
            (Op::Neg, [a]) if narrow => Num::Narrow(self.build.keep(long::sub(i64(0), a.clone().low()))),
            (Op::Add | Op::Sub, [a, b]) => {
                let (a, b) = (a.clone().wide(&mut self.build), b.clone().wide(&mut self.build));
                let both =
                    if op == Op::Add { wide::add(&mut self.build, a, b) } else { wide::sub(&mut self.build, a, b) };
                Num::Wide(both.0, both.1)
            }
            (Op::Neg, [a]) => {
                let a = a.clone().wide(&mut self.build);
                let both = wide::sub(&mut self.build, (i64(0), i64(0)), a);
                Num::Wide(both.0, both.1)
            }
            (Op::Mul, [a, b]) => {
                let (a, b) = (a.clone().wide(&mut self.build), b.clone().wide(&mut self.build));
                self.wide_call(Helper::Multiply, a, b)
            }
            (Op::ScaleUp(digits), [a]) => {
                let by = 10_i128.checked_pow(digits.into()).unwrap_or(1);
                let by = Num::Wide(i64(by as i64), i64((by >> 64) as i64));
                self.arithmetic(Op::Mul, &[a.clone(), by], narrow)
            }
            (Op::DivRound(mode), [a, b]) => self.quotient(mode, a, b, narrow),
            (Op::Min | Op::Max, [a, b]) => self.extreme(op, a, b, narrow),
            _ => Num::Narrow(i64(0)),
        }
    }

    fn wide_call(&mut self, helper: Helper, a: Wide, b: Wide) -> Num {
        let id = self.runtime.helper(helper);
        let found = self.build.call(id, &[Ty::I64; 2], vec![a.0, a.1, b.0, b.1]);
        let [low, high] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [i64(0), i64(0)]);
        Num::Wide(low, high)
    }

    fn extreme(&mut self, op: Op, a: &Num, b: &Num, narrow: bool) -> Num {
        let less = self.less(a, b);
        let less = self.build.keep(if op == Op::Min { less } else { not(less) });
        match (a.clone(), b.clone()) {
            (Num::Narrow(a), Num::Narrow(b)) => Num::Narrow(self.build.keep(select(Ty::I64, less, a, b))),
            (a, b) => {
                let (a, b) = (a.wide(&mut self.build), b.wide(&mut self.build));
                let low = self.build.keep(select(Ty::I64, less.clone(), a.0, b.0));
                let high = self.build.keep(select(Ty::I64, less, a.1, b.1));
                Num::Wide(low, high).fit(narrow, &mut self.build)
            }
        }
    }

    /// `a < b`
    pub(crate) fn less(&mut self, a: &Num, b: &Num) -> Expr {
        match (a, b) {
            (Num::Narrow(a), Num::Narrow(b)) => long::lt(a.clone(), b.clone()),
            (a, b) => {
                let (a, b) = (a.clone().wide(&mut self.build), b.clone().wide(&mut self.build));
                wide::less(&a, &b)
            }
        }
    }

    /// `a <= b`
    pub(crate) fn less_or_equal(&mut self, a: &Num, b: &Num) -> Expr {
        match (a, b) {
            (Num::Narrow(a), Num::Narrow(b)) => long::le(a.clone(), b.clone()),
            (a, b) => not(self.less(b, a)),
        }
    }

    fn quotient(&mut self, mode: Rounding, a: &Num, b: &Num, narrow: bool) -> Num {
        let (Num::Narrow(a), Num::Narrow(b), true) = (a, b, narrow) else {
            let (a, b) = (a.clone().wide(&mut self.build), b.clone().wide(&mut self.build));
            return self.wide_call(Helper::DivideRound(mode), a, b).fit(narrow, &mut self.build);
        };
        let quotient = self.build.keep(long::div(a.clone(), b.clone()));
        if mode == Rounding::Down {
            return Num::Narrow(quotient);
        }
        let rest = self.build.keep(long::rem(a.clone(), b.clone()));
        let inexact = long::ne(rest.clone(), i64(0));
        let negative = long::lt(long::xor(a.clone(), b.clone()), i64(0));
        let negative = self.build.keep(negative);
        let away = match mode {
            Rounding::Down => truth(false),
            Rounding::Up => truth(true),
            Rounding::Floor => negative.clone(),
            Rounding::Ceiling => not(negative.clone()),
            Rounding::HalfUp | Rounding::HalfEven => self.half(mode, rest, b.clone(), &quotient),
        };
        let one = unary(Unary::ExtendUnsigned, and(inexact, away));
        let one = self.build.keep(one);
        let step = select(Ty::I64, negative, long::sub(i64(0), one.clone()), one);
        Num::Narrow(self.build.keep(long::add(quotient, step)))
    }

    /// Whether the rest is half of the divisor or more; if it is just half, only for an odd quotient where that is asked.
    fn half(&mut self, mode: Rounding, rest: Expr, divisor: Expr, quotient: &Expr) -> Expr {
        let mut size = |n: Expr| {
            let n = self.build.keep(n);
            let minus = long::lt(n.clone(), i64(0));
            self.build.keep(select(Ty::I64, minus, long::sub(i64(0), n.clone()), n))
        };
        // As unsigned numbers, so that the smallest divisor has a size too.
        let (rest, divisor) = (size(rest), size(divisor));
        let other = self.build.keep(long::sub(divisor, rest.clone()));
        if mode == Rounding::HalfUp {
            return long::le_u(other, rest);
        }
        let odd = unary(Unary::Wrap, long::and(quotient.clone(), i64(1)));
        or(long::lt_u(other.clone(), rest.clone()), and(long::eq(other, rest), odd))
    }

    /// A number as 64 bits; beyond them the nearest end.
    pub(crate) fn clipped(&mut self, n: &Num) -> Expr {
        match n {
            Num::Narrow(n) => n.clone(),
            Num::Wide(low, high) => {
                let fits = long::eq(high.clone(), long::shr(low.clone(), i64(63)));
                let end = select(Ty::I64, long::lt(high.clone(), i64(0)), i64(i64::MIN), i64(i64::MAX));
                self.build.keep(select(Ty::I64, fits, low.clone(), end))
            }
        }
    }
}
