//! JSON written: every function takes where to write and gives where it ends.

use super::{byte, c};
use crate::code::{Binary, Expr, Function, Local, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, load, load_byte, long, lt, ne, op, select, unary,
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

/// out, bytes, their number → out after them.
pub(crate) fn append() -> Function {
    let mut it = Build::new("append", &[Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (out, bytes, left) = (it.var(it.param(0)), it.var(it.param(1)), it.var(it.param(2)));
    let copy = |it: &mut Build, ty: Ty, width: Width| {
        let size = width.bytes().cast_signed();
        it.store(width, get(out), 0, load(ty, width, false, get(bytes), 0));
        it.set(out, beyond(get(out), i32(size)));
        it.set(bytes, beyond(get(bytes), i32(size)));
    };
    it.repeat(|it| {
        it.when(lt(get(left), i32(8)), |it| it.push(Stmt::Break(0)));
        copy(it, Ty::I64, Width::Eight);
        it.set(left, add(get(left), i32(-8)));
    });
    for width in [Width::Four, Width::Two, Width::One] {
        let has = op(Binary::And, Ty::I32, get(left), i32(width.bytes().cast_signed()));
        it.when(has, |it| copy(it, Ty::I32, width));
    }
    it.push(Stmt::Return(vec![get(out)]));
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

/// out, bytes, their number → out after them in base 64 (RFC 4648, with padding).
pub(crate) fn base64(runtime: &mut Runtime) -> Function {
    let alphabet: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*b"+/").collect();
    let alphabet = runtime.data(&alphabet);
    let mut it = Build::new("print_base64", &[Ty::Ptr, Ty::Ptr, Ty::I32], &[Ty::Ptr]);
    let (bytes, count) = (it.param(1), it.param(2));
    let (out, at) = (it.var(it.param(0)), it.var(i32(0)));
    let digit = |three: &Expr, shift: i32| {
        let place = op(Binary::And, Ty::I32, op(Binary::ShrU, Ty::I32, three.clone(), i32(shift)), i32(63));
        load_byte(beyond(alphabet.clone(), place), 0)
    };
    let shifted = |it: &mut Build, more: i32, by: i32| {
        let value = byte(&bytes, add(get(at), i32(more)));
        it.keep(op(Binary::Shl, Ty::I32, value, i32(by)))
    };
    let or = |a: Expr, b: Expr| op(Binary::Or, Ty::I32, a, b);
    let last = it.keep(add(count.clone(), i32(-3)));
    it.repeat(|it| {
        it.when(lt(last, get(at)), |it| it.push(Stmt::Break(0)));
        let [a, b, c] = [(0, 16), (1, 8), (2, 0)].map(|(more, by)| shifted(it, more, by));
        let three = it.keep(or(or(a, b), c));
        for (n, shift) in (0..).zip([18, 12, 6, 0]) {
            it.store(Width::One, get(out), n, digit(&three, shift));
        }
        it.set(out, beyond(get(out), i32(4)));
        it.set(at, add(get(at), i32(3)));
    });
    for left in [1, 2] {
        it.when(eq(op(Binary::Sub, Ty::I32, count.clone(), get(at)), i32(left)), |it| {
            let first = shifted(it, 0, 16);
            let second = if left == 2 { shifted(it, 1, 8) } else { i32(0) };
            let three = it.keep(or(first, second));
            let third = if left == 2 { digit(&three, 6) } else { c(b'=') };
            for (n, value) in (0..).zip([digit(&three, 18), digit(&three, 12), third, c(b'=')]) {
                it.store(Width::One, get(out), n, value);
            }
            it.push(Stmt::Return(vec![beyond(get(out), i32(4))]));
        });
    }
    it.push(Stmt::Return(vec![get(out)]));
    it.finish(false)
}
