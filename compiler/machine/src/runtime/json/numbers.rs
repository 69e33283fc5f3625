//! Numbers and days as JSON writes them, exactly.

use super::text::is_digit;
use super::{byte, c};
use crate::code::{Binary, Expr, Function, Local, Stmt, Ty, Unary};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, le_u, load_i64, long, lt, ne, not, op, or, select, unary,
};
use crate::runtime::{Helper, Runtime};

/// What a text of digits comes to.
pub(crate) mod code {
    /// A number.
    pub(crate) const FINE: i32 = 0;
    /// No number of the form that is asked, or no whole one of 64 bits.
    pub(crate) const FORM: i32 = 1;
    /// More digits after the point than there may be.
    pub(crate) const PRECISE: i32 = 2;
    /// Too large.
    pub(crate) const LARGE: i32 = 3;
}

fn get(local: Local) -> Expr {
    Expr::Get(local)
}

fn one_more(it: &mut Build, local: Local) {
    it.set(local, add(get(local), i32(1)));
}

fn long_digit(text: &Expr, at: Expr) -> Expr {
    unary(Unary::ExtendUnsigned, op(Binary::Sub, Ty::I32, byte(text, at), c(b'0')))
}

/// The largest unsigned number to which a digit can be added after a multiplication by ten, and the digits that then fit.
const TENTH: i64 = (u64::MAX / 10) as i64;
const LAST: i64 = (u64::MAX % 10) as i64;

/// The text of a JSON number, its length → a code, and a whole number between -2^63 and 2^64 - 1 as two halves.
pub(crate) fn whole() -> Function {
    let mut it = Build::new("json_whole", &[Ty::Ptr, Ty::I32], &[Ty::I32, Ty::I64, Ty::I64]);
    let (text, length) = (it.param(0), it.param(1));
    let wrong = |it: &mut Build| it.push(Stmt::Return(vec![i32(code::FORM), i64(0), i64(0)]));
    plain_whole(&mut it, &text, &length);
    let [at, negative, after, shift, pending, exponent, minus] = [(); 7].map(|()| it.local(Ty::I32));
    let value = it.local(Ty::I64);
    it.when(eq(byte(&text, i32(0)), c(b'-')), |it| {
        it.set(negative, i32(1));
        it.set(at, i32(1));
    });
    let times_ten = |it: &mut Build, more: Expr| {
        let more = it.keep(more);
        let most = long::lt_u(i64(TENTH), get(value));
        let last = and(long::eq(get(value), i64(TENTH)), long::lt_u(i64(LAST), more.clone()));
        it.when(or(most, last), wrong);
        it.set(value, long::add(long::mul(get(value), i64(10)), more));
    };
    // Zeros wait until a digit comes after them: those at the end only move the point.
    it.repeat(|it| {
        it.when(le(length.clone(), get(at)), |it| it.push(Stmt::Break(0)));
        let now = it.keep(byte(&text, get(at)));
        let ends = op(Binary::Or, Ty::I32, now.clone(), i32(0x20));
        it.when(eq(ends, c(b'e')), |it| it.push(Stmt::Break(0)));
        it.either(
            eq(now.clone(), c(b'.')),
            |it| it.set(after, i32(1)),
            |it| {
                it.set(shift, op(Binary::Sub, Ty::I32, get(shift), get(after)));
                it.either(
                    eq(now, c(b'0')),
                    |it| it.when(long::ne(get(value), i64(0)), |it| one_more(it, pending)),
                    |it| {
                        it.repeat(|it| {
                            it.when(eq(get(pending), i32(0)), |it| it.push(Stmt::Break(0)));
                            times_ten(it, i64(0));
                            it.set(pending, add(get(pending), i32(-1)));
                        });
                        times_ten(it, long_digit(&text, get(at)));
                    },
                );
            },
        );
        one_more(it, at);
    });
    one_more(&mut it, at);
    it.when(lt(get(at), length.clone()), |it| {
        let sign = it.keep(byte(&text, get(at)));
        it.when(eq(sign.clone(), c(b'-')), |it| it.set(minus, i32(1)));
        it.when(or(eq(sign.clone(), c(b'-')), eq(sign, c(b'+'))), |it| one_more(it, at));
    });
    it.repeat(|it| {
        it.when(le(length, get(at)), |it| it.push(Stmt::Break(0)));
        let digit = op(Binary::Sub, Ty::I32, byte(&text, get(at)), c(b'0'));
        let next = add(op(Binary::Mul, Ty::I32, get(exponent), i32(10)), digit);
        it.set(exponent, select(Ty::I32, lt(get(exponent), i32(100_000)), next, get(exponent)));
        one_more(it, at);
    });
    it.when(long::eq(get(value), i64(0)), |it| it.push(Stmt::Return(vec![i32(code::FINE), i64(0), i64(0)])));
    let signed =
        select(Ty::I32, ne(get(minus), i32(0)), op(Binary::Sub, Ty::I32, i32(0), get(exponent)), get(exponent));
    let left = it.var(add(add(get(shift), get(pending)), signed));
    it.when(lt(get(left), i32(0)), wrong);
    it.repeat(|it| {
        it.when(eq(get(left), i32(0)), |it| it.push(Stmt::Break(0)));
        times_ten(it, i64(0));
        it.set(left, add(get(left), i32(-1)));
    });
    it.when(ne(get(negative), i32(0)), |it| {
        it.when(long::lt_u(i64(i64::MIN), get(value)), wrong);
        it.push(Stmt::Return(vec![i32(code::FINE), long::sub(i64(0), get(value)), i64(-1)]));
    });
    it.push(Stmt::Return(vec![i32(code::FINE), get(value), i64(0)]));
    it.finish(false)
}

/// Returns a number of up to 18 digits and nothing else.
fn plain_whole(it: &mut Build, text: &Expr, length: &Expr) {
    it.when(lt(length.clone(), i32(19)), |it| {
        let negative = it.keep(eq(byte(text, i32(0)), c(b'-')));
        let (at, other, value) = (it.var(negative.clone()), it.var(i32(0)), it.var(i64(0)));
        it.repeat(|it| {
            it.when(le(length.clone(), get(at)), |it| it.push(Stmt::Break(0)));
            let digit = it.keep(op(Binary::Sub, Ty::I32, byte(text, get(at)), c(b'0')));
            it.set(other, or(get(other), le_u(i32(10), digit.clone())));
            it.set(value, long::add(long::mul(get(value), i64(10)), unary(Unary::ExtendUnsigned, digit)));
            one_more(it, at);
        });
        it.when(not(get(other)), |it| {
            let value = it.keep(select(Ty::I64, negative, long::sub(i64(0), get(value)), get(value)));
            it.push(Stmt::Return(vec![i32(code::FINE), value.clone(), long::shr(value, i64(63))]));
        });
    });
}

/// Returns what up to 18 characters and a scale of up to 18 digits come to.
fn plain_decimal(runtime: &mut Runtime, it: &mut Build, text: &Expr, length: &Expr, scale: &Expr) {
    let powers: Vec<u8> = (0..19).flat_map(|n| 10_i64.pow(n).to_le_bytes()).collect();
    let powers = runtime.data(&powers);
    let multiply = runtime.helper(Helper::Multiply);
    let fail = |it: &mut Build, why: i32| it.push(Stmt::Return(vec![i32(why), i64(0), i64(0)]));
    it.when(and(lt(length.clone(), i32(19)), le(scale.clone(), i32(18))), |it| {
        it.when(not(length.clone()), |it| fail(it, code::FORM));
        let negative = it.keep(eq(byte(text, i32(0)), c(b'-')));
        let [at, other, points, wholes, fraction] =
            [negative.clone(), i32(0), i32(0), i32(0), i32(0)].map(|start| it.var(start));
        let value = it.var(i64(0));
        it.repeat(|it| {
            it.when(le(length.clone(), get(at)), |it| it.push(Stmt::Break(0)));
            let now = it.keep(byte(text, get(at)));
            let digit = it.keep(is_digit(now.clone()));
            let point = it.keep(eq(now.clone(), c(b'.')));
            it.set(other, or(get(other), not(or(digit.clone(), point.clone()))));
            it.set(fraction, add(get(fraction), and(digit.clone(), ne(get(points), i32(0)))));
            it.set(wholes, add(get(wholes), and(digit.clone(), eq(get(points), i32(0)))));
            it.set(points, add(get(points), point));
            let number = unary(Unary::ExtendUnsigned, op(Binary::Sub, Ty::I32, now, c(b'0')));
            let more = long::add(long::mul(get(value), i64(10)), number);
            it.set(value, select(Ty::I64, digit, more, get(value)));
            one_more(it, at);
        });
        let empty = or(eq(get(wholes), i32(0)), and(eq(get(points), i32(1)), eq(get(fraction), i32(0))));
        let zero = and(lt(i32(1), get(wholes)), eq(byte(text, negative.clone()), c(b'0')));
        let wrong = or(or(get(other), lt(i32(1), get(points))), or(empty, zero));
        it.when(wrong, |it| fail(it, code::FORM));
        // Zeros at the end may be more than the scale has.
        it.repeat(|it| {
            it.when(le(get(fraction), scale.clone()), |it| it.push(Stmt::Break(0)));
            let tenth = it.keep(long::div_u(get(value), i64(10)));
            let rest = long::ne(long::mul(tenth.clone(), i64(10)), get(value));
            it.when(rest, |it| fail(it, code::PRECISE));
            it.set(value, tenth);
            it.set(fraction, add(get(fraction), i32(-1)));
        });
        let value = it.keep(select(Ty::I64, negative, long::sub(i64(0), get(value)), get(value)));
        let high = it.keep(long::shr(value.clone(), i64(63)));
        let more = it.keep(op(Binary::Sub, Ty::I32, scale.clone(), get(fraction)));
        it.when(not(more.clone()), |it| {
            it.push(Stmt::Return(vec![i32(code::FINE), value.clone(), high.clone()]));
        });
        let power = load_i64(beyond(powers, op(Binary::Shl, Ty::I32, more, i32(3))), 0);
        let found = it.call(multiply, &[Ty::I64; 2], vec![value, high, power, i64(0)]);
        it.push(Stmt::Return([vec![i32(code::FINE)], found].concat()));
    });
}

/// text, length, digits after the point → a code, and the scaled integer as two halves.
pub(crate) fn decimal(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_decimal", &[Ty::Ptr, Ty::I32, Ty::I32], &[Ty::I32, Ty::I64, Ty::I64]);
    let (text, length, scale) = (it.param(0), it.param(1), it.param(2));
    let fail = |it: &mut Build, why: i32| it.push(Stmt::Return(vec![i32(why), i64(0), i64(0)]));
    plain_decimal(runtime, &mut it, &text, &length, &scale);
    let multiply = runtime.helper(Helper::Multiply);
    let [at, start, negative, point, end] = [(); 5].map(|()| it.local(Ty::I32));
    let [low, high] = [(); 2].map(|()| it.local(Ty::I64));
    it.when(eq(length.clone(), i32(0)), |it| fail(it, code::FORM));
    it.when(eq(byte(&text, i32(0)), c(b'-')), |it| {
        it.set(negative, i32(1));
        it.set(start, i32(1));
    });
    it.set(at, get(start));
    it.set(point, i32(-1));
    // The form: digits, and if there is a point, digits after it.
    it.repeat(|it| {
        it.when(le(length.clone(), get(at)), |it| it.push(Stmt::Break(0)));
        let now = it.keep(byte(&text, get(at)));
        it.either(
            eq(now.clone(), c(b'.')),
            |it| {
                it.when(le(i32(0), get(point)), |it| fail(it, code::FORM));
                it.set(point, get(at));
            },
            |it| it.when(not(is_digit(now)), |it| fail(it, code::FORM)),
        );
        one_more(it, at);
    });
    let whole_end = it.keep(select(Ty::I32, lt(get(point), i32(0)), length.clone(), get(point)));
    let wholes = it.keep(op(Binary::Sub, Ty::I32, whole_end.clone(), get(start)));
    it.when(le(wholes.clone(), i32(0)), |it| fail(it, code::FORM));
    it.when(eq(get(point), add(length.clone(), i32(-1))), |it| fail(it, code::FORM));
    it.when(and(lt(i32(1), wholes), eq(byte(&text, get(start)), c(b'0'))), |it| fail(it, code::FORM));
    it.set(end, length);
    it.when(le(i32(0), get(point)), |it| {
        it.repeat(|it| {
            it.when(ne(byte(&text, add(get(end), i32(-1))), c(b'0')), |it| it.push(Stmt::Break(0)));
            it.set(end, add(get(end), i32(-1)));
        });
        it.when(eq(get(end), add(get(point), i32(1))), |it| it.set(end, get(point)));
    });
    let fraction = it.var(i32(0));
    it.when(lt(whole_end.clone(), get(end)), |it| {
        it.set(fraction, add(op(Binary::Sub, Ty::I32, get(end), whole_end), i32(-1)));
    });
    it.when(lt(scale.clone(), get(fraction)), |it| fail(it, code::PRECISE));
    let times_ten = |it: &mut Build, more: Expr| {
        // A tenth of the largest number of 127 bits, a little less.
        it.when(long::lt_u(i64(0x0ccc_cccc_cccc_cccb), get(high)), |it| fail(it, code::LARGE));
        let found = it.call(multiply, &[Ty::I64; 2], vec![get(low), get(high), i64(10), i64(0)]);
        let [l, h] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [i64(0), i64(0)]);
        let sum = it.keep(long::add(l.clone(), more));
        let carry = unary(Unary::ExtendUnsigned, long::lt_u(sum.clone(), l));
        it.set(low, sum);
        it.set(high, long::add(h, carry));
    };
    it.set(at, get(start));
    it.repeat(|it| {
        it.when(le(get(end), get(at)), |it| it.push(Stmt::Break(0)));
        it.when(ne(get(at), get(point)), |it| times_ten(it, long_digit(&text, get(at))));
        one_more(it, at);
    });
    let zeros = it.keep(op(Binary::Sub, Ty::I32, scale, get(fraction)));
    it.count(&zeros, |it, _| times_ten(it, i64(0)));
    it.when(ne(get(negative), i32(0)), |it| {
        let borrow = unary(Unary::ExtendUnsigned, long::ne(get(low), i64(0)));
        let high = long::sub(long::sub(i64(0), get(high)), borrow);
        it.push(Stmt::Return(vec![i32(code::FINE), long::sub(i64(0), get(low)), high]));
    });
    it.push(Stmt::Return(vec![i32(code::FINE), get(low), get(high)]));
    it.finish(false)
}

/// text, length → whether it is a day as `YYYY-MM-DD`, and the day.
pub(crate) fn day(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_day", &[Ty::Ptr, Ty::I32], &[Ty::I32, Ty::I64]);
    let (text, length) = (it.param(0), it.param(1));
    let wrong = |it: &mut Build| it.push(Stmt::Return(vec![i32(0), i64(0)]));
    it.when(ne(length, i32(10)), wrong);
    let other = [4, 7].map(|at| ne(byte(&text, i32(at)), c(b'-'))).into_iter().fold(i32(0), or);
    let other = it.var(other);
    let number = |it: &mut Build, from: i32, until: i32| {
        let sum = it.var(i64(0));
        for at in from..until {
            let digit = it.keep(op(Binary::Sub, Ty::I32, byte(&text, i32(at)), c(b'0')));
            it.set(other, or(get(other), le_u(i32(10), digit.clone())));
            it.set(sum, long::add(long::mul(get(sum), i64(10)), unary(Unary::ExtendUnsigned, digit)));
        }
        get(sum)
    };
    let [year, month, date] = [(0, 4), (5, 7), (8, 10)].map(|(from, until)| number(&mut it, from, until));
    it.when(or(get(other), long::eq(year.clone(), i64(0))), wrong);
    // A day that does not exist comes back as another.
    let day = runtime.call_one(&mut it, Helper::MakeDate, Ty::I64, vec![year.clone(), month.clone(), date.clone()]);
    let civil = runtime.helper(Helper::Civil);
    let found = it.call(civil, &[Ty::I64; 3], vec![day.clone()]);
    let same = found.into_iter().zip([year, month, date]).map(|(found, wanted)| long::ne(found, wanted));
    let none = same.fold(i32(0), or);
    it.when(none, wrong);
    it.push(Stmt::Return(vec![i32(1), day]));
    it.finish(false)
}
