//! Text: an address and a number of bytes of UTF-8.

use super::{Helper, Runtime};
use crate::code::{Binary, Expr, Function, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, load, load_byte, long, lt, lt_u, ne, not, op, or, select, truth,
    unary,
};

const TWO: [Ty; 4] = [Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32];

fn byte(text: &Expr, n: Expr) -> Expr {
    load_byte(beyond(text.clone(), n), 0)
}

/// Both texts → whether they are the same.
pub(super) fn equal() -> Function {
    let mut it = Build::new("text_equal", &TWO, &[Ty::I32]);
    let (a, a_len, b, b_len) = (it.param(0), it.param(1), it.param(2), it.param(3));
    it.when(ne(a_len.clone(), b_len), |it| it.push(Stmt::Return(vec![truth(false)])));
    let differ = |it: &mut Build, ty: Ty, width: Width, at: Expr| {
        let [a, b] = [&a, &b].map(|text| load(ty, width, false, beyond(text.clone(), at.clone()), 0));
        op(Binary::Ne, ty, it.keep(a), b)
    };
    let give = |it: &mut Build, same: Expr| it.push(Stmt::Return(vec![same]));
    it.when(lt(a_len.clone(), i32(8)), |it| {
        // The last bytes may be the first ones once more.
        it.when(lt(i32(3), a_len.clone()), |it| {
            let first = differ(it, Ty::I32, Width::Four, i32(0));
            let last = differ(it, Ty::I32, Width::Four, add(a_len.clone(), i32(-4)));
            give(it, not(or(first, last)));
        });
        it.when(not(a_len.clone()), |it| give(it, truth(true)));
        let middle = op(Binary::ShrU, Ty::I32, a_len.clone(), i32(1));
        let places = [i32(0), middle, add(a_len.clone(), i32(-1))];
        let other = places.into_iter().fold(i32(0), |any, at| or(any, differ(it, Ty::I32, Width::One, at)));
        give(it, not(other));
    });
    let last = it.keep(add(a_len, i32(-8)));
    let at = it.var(i32(0));
    it.repeat(|it| {
        it.when(le(last.clone(), Expr::Get(at)), |it| it.push(Stmt::Break(0)));
        let other = differ(it, Ty::I64, Width::Eight, Expr::Get(at));
        it.when(other, |it| give(it, truth(false)));
        it.set(at, add(Expr::Get(at), i32(8)));
    });
    let other = differ(&mut it, Ty::I64, Width::Eight, last);
    give(&mut it, not(other));
    it.finish(false)
}

/// Both texts → whether the first comes first: by bytes, which is by characters in UTF-8.
pub(super) fn less() -> Function {
    let mut it = Build::new("text_less", &TWO, &[Ty::I32]);
    let (a, a_len, b, b_len) = (it.param(0), it.param(1), it.param(2), it.param(3));
    let shorter = it.keep(select(Ty::I32, lt_u(a_len.clone(), b_len.clone()), a_len.clone(), b_len.clone()));
    it.count(&shorter, |it, n| {
        let (x, y) = (it.keep(byte(&a, n.clone())), it.keep(byte(&b, n)));
        it.when(ne(x.clone(), y.clone()), |it| it.push(Stmt::Return(vec![lt_u(x, y)])));
    });
    it.push(Stmt::Return(vec![lt_u(a_len, b_len)]));
    it.finish(false)
}

/// Whether a byte begins a character.
fn begins(byte: Expr) -> Expr {
    ne(op(Binary::And, Ty::I32, byte, i32(0xc0)), i32(0x80))
}

/// text → its characters.
pub(super) fn length() -> Function {
    let mut it = Build::new("text_length", &[Ty::Ptr, Ty::I32], &[Ty::I64]);
    let (text, len) = (it.param(0), it.param(1));
    let count = it.local(Ty::I64);
    it.count(&len, |it, n| {
        let more = unary(Unary::ExtendUnsigned, begins(byte(&text, n)));
        it.set(count, long::add(Expr::Get(count), more));
    });
    it.push(Stmt::Return(vec![Expr::Get(count)]));
    it.finish(false)
}

/// text, first character, number of characters (neither negative) → the part, cut to what is there.
pub(super) fn slice() -> Function {
    let mut it = Build::new("text_slice", &[Ty::Ptr, Ty::I32, Ty::I64, Ty::I64], &[Ty::Ptr, Ty::I32]);
    let (text, len, from, count) = (it.param(0), it.param(1), it.param(2), it.param(3));
    let (at, start, end) = (it.var(i64(-1)), it.var(len.clone()), it.var(len.clone()));
    let get = Expr::Get;
    it.count(&len, |it, n| {
        it.when(begins(byte(&text, n.clone())), |it| {
            it.set(at, long::add(get(at), i64(1)));
            it.when(long::eq(get(at), from.clone()), |it| it.set(start, n.clone()));
            let past = long::le(count.clone(), long::sub(get(at), from.clone()));
            it.when(and(long::le(from.clone(), get(at)), past), |it| {
                it.set(end, n);
                it.push(Stmt::Break(0));
            });
        });
    });
    it.push(Stmt::Return(vec![beyond(text, get(start)), op(Binary::Sub, Ty::I32, get(end), get(start))]));
    it.finish(false)
}

/// text → whether it is not empty and all its bytes lie in one of the ranges.
pub(super) fn is_made_of(name: &str, ranges: &[(u8, u8)]) -> Function {
    let mut it = Build::new(name, &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let (text, len) = (it.param(0), it.param(1));
    it.count(&len, |it, n| {
        let byte = it.keep(byte(&text, n));
        let within = |(low, high): &(u8, u8)| {
            let above = op(Binary::Sub, Ty::I32, byte.clone(), i32((*low).into()));
            lt_u(above, i32(i32::from(*high) - i32::from(*low) + 1))
        };
        let known = ranges.iter().map(within).reduce(or).unwrap_or(truth(false));
        it.when(not(known), |it| it.push(Stmt::Return(vec![truth(false)])));
    });
    it.push(Stmt::Return(vec![ne(len, i32(0))]));
    it.finish(false)
}

/// text → whether it writes a number of 1 to 18 digits, and the number.
pub(super) fn to_number(runtime: &mut Runtime) -> Function {
    let digits = runtime.helper(Helper::IsDigits);
    let mut it = Build::new("to_number", &[Ty::Ptr, Ty::I32], &[Ty::I32, Ty::I64]);
    let (text, len) = (it.param(0), it.param(1));
    let are = it.call(digits, &[Ty::I32], vec![text.clone(), len.clone()]).pop().unwrap_or(i32(0));
    let fits = and(are, lt_u(len.clone(), i32(19)));
    it.when(eq(fits, i32(0)), |it| it.push(Stmt::Return(vec![truth(false), i64(0)])));
    let value = it.local(Ty::I64);
    it.count(&len, |it, n| {
        let digit = unary(Unary::ExtendUnsigned, op(Binary::Sub, Ty::I32, byte(&text, n), i32(i32::from(b'0'))));
        it.set(value, long::add(long::mul(Expr::Get(value), i64(10)), digit));
    });
    it.push(Stmt::Return(vec![truth(true), Expr::Get(value)]));
    it.finish(false)
}
