//! Arithmetic on 128 bits: a lower and an upper half.

use super::{Helper, Runtime};
use crate::code::Unary;
use crate::code::{Expr, Function, Local, Stmt, Ty};
use crate::lower::build::{Blocks, Build, and, i32, i64, long, not, or, select, truth, unary};
use enact_ir::Rounding;

const WIDE: [Ty; 4] = [Ty::I64; 4];

/// A lower and an upper half.
pub(crate) type Wide = (Expr, Expr);

/// A number that is known now.
pub(crate) fn constant(n: i128) -> Wide {
    (i64(n as i64), i64((n >> 64) as i64))
}

/// `a + b`
pub(crate) fn add(build: &mut Build, a: Wide, b: Wide) -> Wide {
    let (a_low, low) = {
        let a_low = build.keep(a.0);
        let low = build.keep(long::add(a_low.clone(), b.0));
        (a_low, low)
    };
    let carry = unary(Unary::ExtendUnsigned, long::lt_u(low.clone(), a_low));
    let high = build.keep(long::add(long::add(a.1, b.1), carry));
    (low, high)
}

/// `a - b`
pub(crate) fn sub(build: &mut Build, a: Wide, b: Wide) -> Wide {
    let (a_low, b_low) = (build.keep(a.0), build.keep(b.0));
    let borrow = unary(Unary::ExtendUnsigned, long::lt_u(a_low.clone(), b_low.clone()));
    let low = build.keep(long::sub(a_low, b_low));
    let high = build.keep(long::sub(long::sub(a.1, b.1), borrow));
    (low, high)
}

/// `a < b`, signed; the halves are read twice.
pub(crate) fn less(a: &Wide, b: &Wide) -> Expr {
    let low = and(long::eq(a.1.clone(), b.1.clone()), long::lt_u(a.0.clone(), b.0.clone()));
    or(long::lt(a.1.clone(), b.1.clone()), low)
}

/// `a < b`, unsigned; the halves are read twice.
fn less_u(a: &Wide, b: &Wide) -> Expr {
    let low = and(long::eq(a.1.clone(), b.1.clone()), long::lt_u(a.0.clone(), b.0.clone()));
    or(long::lt_u(a.1.clone(), b.1.clone()), low)
}

fn params(build: &Build) -> (Wide, Wide) {
    ((build.param(0), build.param(1)), (build.param(2), build.param(3)))
}

pub(super) fn multiply() -> Function {
    let mut it = Build::new("multiply", &WIDE, &[Ty::I64; 2]);
    let (a, b) = params(&it);
    let lower = |n: Expr| long::and(n, i64(0xffff_ffff));
    let upper = |n: Expr| long::shr_u(n, i64(32));
    let (a0, a1) = (it.keep(lower(a.0.clone())), it.keep(upper(a.0.clone())));
    let (b0, b1) = (it.keep(lower(b.0.clone())), it.keep(upper(b.0.clone())));
    let low = it.keep(long::mul(a0.clone(), b0.clone()));
    let (middle, other) = (it.keep(long::mul(a0, b1.clone())), it.keep(long::mul(a1.clone(), b0)));
    let carried = long::add(long::add(upper(low.clone()), lower(middle.clone())), lower(other.clone()));
    let carried = it.keep(carried);
    let high = long::add(long::mul(a1, b1), long::add(upper(middle), long::add(upper(other), upper(carried.clone()))));
    let crossed = long::add(long::mul(a.0, b.1), long::mul(a.1, b.0));
    it.push(Stmt::Return(vec![long::or(lower(low), long::shl(carried, i64(32))), long::add(high, crossed)]));
    it.finish(false)
}

/// Shifts and subtracts, unless both fit 64 bits.
pub(super) fn divide() -> Function {
    let mut it = Build::new("divide", &WIDE, &[Ty::I64; 4]);
    let (n, d) = params(&it);
    let small = and(long::eq(n.1.clone(), i64(0)), long::eq(d.1.clone(), i64(0)));
    it.when(small, |it| {
        let (quotient, rest) = (long::div_u(n.0.clone(), d.0.clone()), long::rem_u(n.0.clone(), d.0.clone()));
        it.push(Stmt::Return(vec![quotient, i64(0), rest, i64(0)]));
    });
    let [q0, q1, r0, r1]: [Local; 4] = std::array::from_fn(|_| it.local(Ty::I64));
    let (low, high) = (it.var(n.0), it.var(n.1));
    let get = Expr::Get;
    it.count(&i32(128), |it, _| {
        let top = it.keep(long::shr_u(get(r1), i64(63)));
        it.set(r1, long::or(long::shl(get(r1), i64(1)), long::shr_u(get(r0), i64(63))));
        it.set(r0, long::or(long::shl(get(r0), i64(1)), long::shr_u(get(high), i64(63))));
        it.set(high, long::or(long::shl(get(high), i64(1)), long::shr_u(get(low), i64(63))));
        it.set(low, long::shl(get(low), i64(1)));
        it.set(q1, long::or(long::shl(get(q1), i64(1)), long::shr_u(get(q0), i64(63))));
        it.set(q0, long::shl(get(q0), i64(1)));
        let fits = or(long::ne(top, i64(0)), not(less_u(&(get(r0), get(r1)), &d)));
        it.when(fits, |it| {
            let rest = sub(it, (get(r0), get(r1)), d.clone());
            it.set(r0, rest.0);
            it.set(r1, rest.1);
            it.set(q0, long::or(get(q0), i64(1)));
        });
    });
    it.push(Stmt::Return(vec![get(q0), get(q1), get(r0), get(r1)]));
    it.finish(false)
}

fn negative_if(build: &mut Build, condition: Expr, value: Wide) -> Wide {
    let opposite = sub(build, (i64(0), i64(0)), value.clone());
    let low = build.keep(select(Ty::I64, condition.clone(), opposite.0, value.0));
    let high = build.keep(select(Ty::I64, condition, opposite.1, value.1));
    (low, high)
}

pub(super) fn divide_round(runtime: &mut Runtime, mode: Rounding) -> Function {
    let divide = runtime.helper(Helper::Divide);
    let name = format!("divide_{mode:?}").to_lowercase();
    let mut it = Build::new(&name, &WIDE, &[Ty::I64; 2]);
    let (a, b) = params(&it);
    let minus = |n: &Wide| long::lt(n.1.clone(), i64(0));
    let (a_minus, b_minus) = (it.keep(minus(&a)), it.keep(minus(&b)));
    let negative = it.keep(crate::lower::build::ne(a_minus.clone(), b_minus.clone()));
    let (a, b) = (negative_if(&mut it, a_minus, a), negative_if(&mut it, b_minus, b));
    let found = it.call(divide, &[Ty::I64; 4], vec![a.0, a.1, b.0.clone(), b.1.clone()]);
    let [q0, q1, r0, r1] = <[Expr; 4]>::try_from(found).unwrap_or_else(|_| std::array::from_fn(|_| i64(0)));
    let rest = (r0.clone(), r1.clone());
    let others = sub(&mut it, b, rest.clone());
    let (below, above) = (less_u(&rest, &others), less_u(&others, &rest));
    let odd = unary(Unary::Wrap, long::and(q0.clone(), i64(1)));
    let away = match mode {
        Rounding::Down => truth(false),
        Rounding::Up => truth(true),
        Rounding::Floor => negative.clone(),
        Rounding::Ceiling => not(negative.clone()),
        Rounding::HalfUp => not(below),
        Rounding::HalfEven => or(above.clone(), and(and(not(above), not(below)), odd)),
    };
    let any = long::ne(long::or(r0, r1), i64(0));
    let one = unary(Unary::ExtendUnsigned, and(any, away));
    let quotient = add(&mut it, (q0, q1), (one, i64(0)));
    let (low, high) = negative_if(&mut it, negative, quotient);
    it.push(Stmt::Return(vec![low, high]));
    it.finish(false)
}
