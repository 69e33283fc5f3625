//! JSON written: every function takes where to write and gives where it ends.

use super::{byte, c};
use crate::code::{Binary, Expr, Function, Local, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, load, load_byte, load_i64, long, lt, ne, op, select, unary,
};
use crate::runtime::{Helper, Runtime};

fn get(local: Local) -> Expr {
    Expr::Get(local)
}

/// A byte at the end of what is written.
fn put(it: &mut Build, out: Local, value: Expr) {
    it.store(Width::One, get(out), 0, value);
    it.set(out, beyond(get(out), i32(1)));
}

/// out, bytes, their number → out after them. Neither overlaps the other.
pub(crate) fn append() -> Function {
    let mut it = Build::new("append", &[Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (out, bytes, count) = (it.param(0), it.param(1), it.param(2));
    let copy = |it: &mut Build, ty: Ty, width: Width, at: Expr| {
        let from = load(ty, width, false, beyond(bytes.clone(), at.clone()), 0);
        it.store(width, beyond(out.clone(), at), 0, from);
    };
    let done = |it: &mut Build| it.push(Stmt::Return(vec![beyond(out.clone(), count.clone())]));
    it.when(lt(count.clone(), i32(8)), |it| {
        // The last bytes may be the first ones once more.
        it.when(lt(i32(3), count.clone()), |it| {
            copy(it, Ty::I32, Width::Four, i32(0));
            copy(it, Ty::I32, Width::Four, add(count.clone(), i32(-4)));
            done(it);
        });
        it.when(count.clone(), |it| {
            let middle = op(Binary::ShrU, Ty::I32, count.clone(), i32(1));
            for at in [i32(0), middle, add(count.clone(), i32(-1))] {
                copy(it, Ty::I32, Width::One, at);
            }
        });
        done(it);
    });
    let last = it.keep(add(count.clone(), i32(-8)));
    let at = it.var(i32(0));
    it.repeat(|it| {
        it.when(le(last.clone(), get(at)), |it| it.push(Stmt::Break(0)));
        copy(it, Ty::I64, Width::Eight, get(at));
        it.set(at, add(get(at), i32(8)));
    });
    copy(&mut it, Ty::I64, Width::Eight, last);
    done(&mut it);
    it.finish(false)
}

/// Most digits of 128 bits.
const DIGITS: i32 = 40;

/// out, a number as two halves, digits after the point, how many of them at least → out after it. Up to 64 bytes after it are written over.
pub(crate) fn number(runtime: &mut Runtime) -> Function {
    let params = [Ty::Ptr, Ty::I64, Ty::I64, Ty::I32, Ty::I32];
    let mut it = Build::new("print_number", &params, &[Ty::Ptr]);
    let divide = runtime.helper(Helper::Divide);
    let (scale, least) = (it.param(3), it.param(4));
    let (low, high, out) = (it.var(it.param(1)), it.var(it.param(2)), it.var(it.param(0)));
    it.when(long::lt(get(high), i64(0)), |it| {
        let borrow = unary(Unary::ExtendUnsigned, long::ne(get(low), i64(0)));
        it.set(high, long::sub(long::sub(i64(0), get(high)), borrow));
        it.set(low, long::sub(i64(0), get(low)));
        put(it, out, c(b'-'));
    });
    narrow(runtime, &mut it, (low, high), out, (&scale, &least));
    // Digits from the last on, behind where they will stand.
    let digits = it.keep(beyond(get(out), i32(48 + 2)));
    let count = it.local(Ty::I32);
    it.repeat(|it| {
        let found = it.call(divide, &[Ty::I64; 4], vec![get(low), get(high), i64(10), i64(0)]);
        let [l, h, rest, _] = <[Expr; 4]>::try_from(found).unwrap_or_else(|_| [(); 4].map(|()| i64(0)));
        let digit = add(unary(Unary::Wrap, rest), c(b'0'));
        it.store(Width::One, beyond(digits.clone(), op(Binary::Sub, Ty::I32, i32(DIGITS), get(count))), 0, digit);
        it.set(low, l);
        it.set(high, h);
        it.set(count, add(get(count), i32(1)));
        let none = long::eq(long::or(get(low), get(high)), i64(0));
        it.when(and(none, lt(scale.clone(), get(count))), |it| it.push(Stmt::Break(0)));
    });
    let first = it.keep(op(Binary::Sub, Ty::I32, i32(DIGITS + 1), get(count)));
    let digit = |n: Expr| load_byte(beyond(digits.clone(), add(first.clone(), n)), 0);
    let whole = it.keep(op(Binary::Sub, Ty::I32, get(count), scale.clone()));
    it.count(&whole, |it, n| put(it, out, digit(n)));
    // Zeros at the end say nothing, but for those that have to be there.
    let width = it.var(scale.clone());
    it.repeat(|it| {
        it.when(le(get(width), least.clone()), |it| it.push(Stmt::Break(0)));
        it.when(ne(digit(add(whole.clone(), add(get(width), i32(-1)))), c(b'0')), |it| it.push(Stmt::Break(0)));
        it.set(width, add(get(width), i32(-1)));
    });
    let shown = it.keep(select(Ty::I32, lt(get(width), least.clone()), least, get(width)));
    it.when(ne(shown.clone(), i32(0)), |it| {
        put(it, out, c(b'.'));
        it.count(&shown, |it, n| {
            let own = it.var(c(b'0'));
            it.when(lt(n.clone(), get(width)), |it| it.set(own, digit(add(whole, n))));
            put(it, out, get(own));
        });
    });
    it.push(Stmt::Return(vec![get(out)]));
    it.finish(false)
}

/// Writes a number of 64 bits and returns.
fn narrow(
    runtime: &mut Runtime,
    it: &mut Build,
    (low, high): (Local, Local),
    out: Local,
    (scale, least): (&Expr, &Expr),
) {
    let append = runtime.helper(Helper::Append);
    it.when(and(long::eq(get(high), i64(0)), long::le(i64(0), get(low))), |it| {
        let (width, count, at) = (it.var(scale.clone()), it.var(i32(0)), it.var(i32(48)));
        // Zeros at the end say nothing, but for those that have to be there.
        it.repeat(|it| {
            it.when(le(get(width), least.clone()), |it| it.push(Stmt::Break(0)));
            let tenth = it.keep(long::div_u(get(low), i64(10)));
            it.when(long::ne(long::mul(tenth.clone(), i64(10)), get(low)), |it| it.push(Stmt::Break(0)));
            it.set(low, tenth);
            it.set(width, add(get(width), i32(-1)));
        });
        it.repeat(|it| {
            let tenth = it.keep(long::div_u(get(low), i64(10)));
            let digit = it.keep(unary(Unary::Wrap, long::sub(get(low), long::mul(tenth.clone(), i64(10)))));
            it.set(low, tenth);
            it.set(at, add(get(at), i32(-1)));
            it.store(Width::One, beyond(get(out), get(at)), 0, add(digit, c(b'0')));
            it.set(count, add(get(count), i32(1)));
            it.when(eq(get(count), get(width)), |it| {
                it.set(at, add(get(at), i32(-1)));
                it.store(Width::One, beyond(get(out), get(at)), 0, c(b'.'));
            });
            it.when(and(long::eq(get(low), i64(0)), lt(get(width), get(count))), |it| it.push(Stmt::Break(0)));
        });
        let args = vec![get(out), beyond(get(out), get(at)), op(Binary::Sub, Ty::I32, i32(48), get(at))];
        let end = it.call(append, &[Ty::Ptr], args);
        it.push(Stmt::Return(end));
    });
}

/// out, a day → out after `"YYYY-MM-DD"`.
pub(crate) fn day(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("print_day", &[Ty::Ptr, Ty::I64], &[Ty::Ptr]);
    let (out, day) = (it.param(0), it.param(1));
    let civil = runtime.helper(Helper::Civil);
    let found = it.call(civil, &[Ty::I64; 3], vec![day]);
    let mut at = 0;
    let one = |it: &mut Build, at: &mut u32, value: Expr| {
        it.store(Width::One, out.clone(), *at, value);
        *at += 1;
    };
    one(&mut it, &mut at, c(b'"'));
    for (value, powers) in found.into_iter().zip([&[1000, 100, 10, 1][..], &[10, 1], &[10, 1]]) {
        if at > 1 {
            one(&mut it, &mut at, c(b'-'));
        }
        for power in powers {
            let digit = long::rem_u(long::div_u(value.clone(), i64(*power)), i64(10));
            one(&mut it, &mut at, add(unary(Unary::Wrap, digit), c(b'0')));
        }
    }
    one(&mut it, &mut at, c(b'"'));
    it.push(Stmt::Return(vec![beyond(out, i32(at.cast_signed()))]));
    it.finish(false)
}

/// out, text, length → out after the text in quotes, with escapes where they must be.
pub(crate) fn text() -> Function {
    let mut it = Build::new("print_text", &[Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (text, length) = (it.param(1), it.param(2));
    let out = it.var(it.param(0));
    put(&mut it, out, c(b'"'));
    it.count(&length, |it, n| {
        let now = it.keep(byte(&text, n));
        let short = [(b'"', b'"'), (b'\\', b'\\'), (8, b'b'), (9, b't'), (10, b'n'), (12, b'f'), (13, b'r')];
        let sign = it.var(i32(0));
        for (meant, written) in short {
            it.when(eq(now.clone(), c(meant)), |it| it.set(sign, c(written)));
        }
        it.either(
            ne(get(sign), i32(0)),
            |it| {
                put(it, out, c(b'\\'));
                put(it, out, get(sign));
            },
            |it| {
                it.either(
                    lt(now.clone(), i32(0x20)),
                    |it| {
                        for byte in b"\\u00" {
                            put(it, out, c(*byte));
                        }
                        put(it, out, add(op(Binary::ShrU, Ty::I32, now.clone(), i32(4)), c(b'0')));
                        let low = it.keep(op(Binary::And, Ty::I32, now.clone(), i32(15)));
                        let letter = add(low.clone(), i32(i32::from(b'a') - 10));
                        put(it, out, select(Ty::I32, lt(low.clone(), i32(10)), add(low, c(b'0')), letter));
                    },
                    |it| put(it, out, now.clone()),
                );
            },
        );
    });
    put(&mut it, out, c(b'"'));
    it.push(Stmt::Return(vec![get(out)]));
    it.finish(false)
}

/// out, bytes, their number → out after two digits for each.
pub(crate) fn hex() -> Function {
    let mut it = Build::new("print_hex", &[Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (bytes, count) = (it.param(1), it.param(2));
    let out = it.var(it.param(0));
    it.count(&count, |it, n| {
        let now = it.keep(byte(&bytes, n));
        let digit = |half: Expr| {
            let letter = lt(i32(9), half.clone());
            add(half, select(Ty::I32, letter, i32(i32::from(b'a') - 10), c(b'0')))
        };
        let high = it.keep(op(Binary::ShrU, Ty::I32, now.clone(), i32(4)));
        let low = it.keep(op(Binary::And, Ty::I32, now, i32(15)));
        put(it, out, digit(high));
        put(it, out, digit(low));
    });
    it.push(Stmt::Return(vec![get(out)]));
    it.finish(false)
}

/// out, bytes, their number → out after them in base 64 (RFC 4648, with padding). Up to eight bytes more are read and written.
pub(crate) fn base64() -> Function {
    let mut it = Build::new("print_base64", &[Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (out, bytes, count) = (it.param(0), it.param(1), it.param(2));
    let (to, at) = (it.var(i32(0)), it.var(i32(0)));
    it.repeat(|it| {
        it.when(le(count.clone(), get(at)), |it| it.push(Stmt::Break(0)));
        let six = it.keep(load_i64(beyond(bytes.clone(), get(at)), 0));
        let digits = digits64(it, &six);
        it.store(Width::Eight, beyond(out.clone(), get(to)), 0, digits);
        it.set(to, add(get(to), i32(8)));
        it.set(at, add(get(at), i32(6)));
    });
    // Eight digits stand for six bytes; where there were fewer, the last digits give way to padding.
    let over = it.keep(op(Binary::Sub, Ty::I32, get(at), count.clone()));
    it.when(over.clone(), |it| {
        // A whole group of four too many goes.
        let group = it.keep(le(i32(3), over.clone()));
        it.set(to, add(get(to), select(Ty::I32, group.clone(), i32(-4), i32(0))));
        let left = op(Binary::Sub, Ty::I32, over, select(Ty::I32, group, i32(3), i32(0)));
        let left = it.keep(left);
        let group = beyond(out.clone(), add(get(to), i32(-4)));
        it.when(left.clone(), |it| tail64(it, (&bytes, &count), &group, &left));
    });
    it.push(Stmt::Return(vec![beyond(out, get(to))]));
    it.finish(false)
}

/// The last group again, with so many bytes too few.
fn tail64(it: &mut Build, (bytes, count): (&Expr, &Expr), to: &Expr, few: &Expr) {
    let there = op(Binary::Sub, Ty::I32, i32(3), few.clone());
    let last = it.keep(beyond(bytes.clone(), op(Binary::Sub, Ty::I32, count.clone(), there)));
    let second = select(Ty::I32, eq(few.clone(), i32(2)), i32(0), load_byte(last.clone(), 1));
    let two = op(Binary::Or, Ty::I32, load_byte(last, 0), op(Binary::Shl, Ty::I32, second, i32(8)));
    let two = it.keep(unary(Unary::ExtendUnsigned, two));
    let digits = digits64(it, &two);
    it.store(Width::Four, to.clone(), 0, unary(Unary::Wrap, digits));
    it.store(Width::One, to.clone(), 3, c(b'='));
    it.when(eq(few.clone(), i32(2)), |it| it.store(Width::One, to.clone(), 2, c(b'=')));
}

/// The eight digits of the six lowest bytes, the first of which is the lowest.
fn digits64(it: &mut Build, six: &Expr) -> Expr {
    // Each group of three bytes turned round, so that its digits are six bits each from above.
    let group = |it: &mut Build, from: i64| {
        let byte = |n: i64| long::and(long::shr_u(six.clone(), i64(from + 8 * n)), i64(0xff));
        let three = long::or(long::shl(byte(0), i64(16)), long::or(long::shl(byte(1), i64(8)), byte(2)));
        let three = it.keep(three);
        let digit =
            |shift: i64, to: i64| long::shl(long::and(long::shr_u(three.clone(), i64(shift)), i64(63)), i64(to));
        it.keep(long::or(long::or(digit(18, 0), digit(12, 8)), long::or(digit(6, 16), digit(0, 24))))
    };
    let first = group(it, 0);
    let second = group(it, 24);
    let all = it.keep(long::or(first, long::shl(second, i64(32))));
    let each = |n: i64| i64(n * 0x0101_0101_0101_0101);
    // A byte is 1 where the digit is not below a bound.
    let from = |bound: i64| long::and(long::shr_u(long::add(all.clone(), each(128 - bound)), i64(7)), each(1));
    // 0..25 from `A`, 26..51 from `a`, 52..61 from `0`, then `+` and `/`. Differences are positive or taken away, so that no byte runs over into the next.
    let sum = long::add(long::add(all.clone(), each(65)), long::mul(from(26), i64(6)));
    let sum = long::sub(sum, long::mul(from(52), i64(75)));
    let sum = long::sub(sum, long::mul(from(62), i64(15)));
    it.keep(long::add(sum, long::mul(from(63), i64(3))))
}
