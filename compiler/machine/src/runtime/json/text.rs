//! Texts of JSON: escapes resolved, UTF-8 checked.

use super::{byte, c};
use crate::code::{Binary, Expr, Function, Local, Stmt, Ty, Unary, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, i64, le, load_i64, long, lt, lt_u, ne, not, op, or, select, unary,
};
use crate::runtime::{Helper, Runtime};

fn get(local: Local) -> Expr {
    Expr::Get(local)
}

fn sub(a: Expr, b: Expr) -> Expr {
    op(Binary::Sub, Ty::I32, a, b)
}

fn bits(a: Expr, b: i32) -> Expr {
    op(Binary::And, Ty::I32, a, i32(b))
}

fn within(value: &Expr, lo: i32, hi: i32) -> Expr {
    and(le(i32(lo), value.clone()), le(value.clone(), i32(hi)))
}

fn give(it: &mut Build, values: [Expr; 3]) {
    it.push(Stmt::Return(values.to_vec()));
}

/// text, length, place after the quote → the place after the closing quote or -1, where the text begins, and its length.
pub(crate) fn string(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_string", &[Ty::Ptr, Ty::I32, Ty::I32], &[Ty::I32; 3]);
    let (text, length, start) = (it.param(0), it.param(1), it.param(2));
    let [from, to] = [it.var(start.clone()), it.var(start.clone())];
    let wrong = [i32(-1), i32(0), i32(0)];
    let (escape, utf8) = (runtime.helper(Helper::JsonEscape), runtime.helper(Helper::Utf8));
    plain(&mut it, &text, (from, &start));
    it.set(to, get(from));
    it.repeat(|it| {
        it.when(le(length.clone(), get(from)), |it| give(it, wrong.clone()));
        let now = it.keep(byte(&text, get(from)));
        it.when(eq(now.clone(), c(b'"')), |it| {
            give(it, [add(get(from), i32(1)), start.clone(), sub(get(to), start.clone())]);
        });
        it.when(lt(now.clone(), i32(0x20)), |it| give(it, wrong.clone()));
        it.either(
            eq(now, c(b'\\')),
            |it| {
                let args = vec![text.clone(), length.clone(), get(from), get(to)];
                let ends = it.call(escape, &[Ty::I32; 2], args);
                let [read, written] = <[Expr; 2]>::try_from(ends).unwrap_or_else(|_| [i32(-1), i32(0)]);
                it.when(lt(read.clone(), i32(0)), |it| give(it, wrong.clone()));
                it.set(from, read);
                it.set(to, written);
            },
            |it| {
                let args = vec![text.clone(), length.clone(), get(from)];
                let count = it.call(utf8, &[Ty::I32], args).pop().unwrap_or(i32(0));
                it.when(eq(count.clone(), i32(0)), |it| give(it, wrong.clone()));
                it.count(&count, |it, n| {
                    let moved = byte(&text, add(get(from), n.clone()));
                    it.store(Width::One, beyond(text.clone(), add(get(to), n)), 0, moved);
                });
                it.set(from, add(get(from), count.clone()));
                it.set(to, add(get(to), count));
            },
        );
    });
    it.finish(false)
}

/// Goes on over ASCII that stands for itself, eight bytes at a time. After the text stands a 0. Most texts end here.
fn plain(it: &mut Build, text: &Expr, (at, start): (Local, &Expr)) {
    let each = |byte: u8| i64(i64::from_le_bytes([byte; 8]));
    let zeros = |word: Expr| long::and(long::sub(word.clone(), each(1)), long::xor(word, i64(-1)));
    it.repeat(|it| {
        let word = it.keep(load_i64(beyond(text.clone(), get(at)), 0));
        let quote = it.keep(long::xor(word.clone(), each(b'"')));
        let escape = it.keep(long::xor(word.clone(), each(b'\\')));
        let control = long::and(long::sub(word.clone(), each(0x20)), long::xor(word.clone(), i64(-1)));
        let found = [zeros(quote), zeros(escape), control].into_iter().fold(word, long::or);
        // The lowest bit that is found is right, whatever stands above it.
        let found = it.keep(long::and(found, each(0x80)));
        it.when(long::ne(found.clone(), i64(0)), |it| {
            let lowest = long::and(found.clone(), long::sub(i64(0), found));
            let place = long::sub(i64(63), unary(Unary::LeadingZeros, lowest));
            let bytes = unary(Unary::Wrap, long::shr_u(place, i64(3)));
            it.set(at, add(get(at), bytes));
            it.when(eq(byte(text, get(at)), c(b'"')), |it| {
                give(it, [add(get(at), i32(1)), start.clone(), sub(get(at), start.clone())]);
            });
            it.push(Stmt::Break(0));
        });
        it.set(at, add(get(at), i32(8)));
    });
}

/// text, length, place → the bytes of the character there; 0 if it is no UTF-8.
pub(crate) fn utf8() -> Function {
    let mut it = Build::new("utf8", &[Ty::Ptr, Ty::I32, Ty::I32], &[Ty::I32]);
    let (text, length, at) = (it.param(0), it.param(1), it.param(2));
    let first = it.keep(byte(&text, at.clone()));
    let done = |it: &mut Build, count: i32| it.push(Stmt::Return(vec![i32(count)]));
    it.when(lt(first.clone(), i32(0x80)), |it| done(it, 1));
    it.when(not(within(&first, 0xc2, 0xf4)), |it| done(it, 0));
    let more = select(Ty::I32, lt(first.clone(), i32(0xf0)), i32(3), i32(4));
    let count = it.keep(select(Ty::I32, lt(first.clone(), i32(0xe0)), i32(2), more));
    it.when(lt(length, add(at.clone(), count.clone())), |it| done(it, 0));
    let second = it.keep(byte(&text, add(at.clone(), i32(1))));
    // Not longer than need be, no half of a pair, nothing beyond the last character.
    let least = select(Ty::I32, eq(first.clone(), i32(0xf0)), i32(0x90), i32(0x80));
    let least = select(Ty::I32, eq(first.clone(), i32(0xe0)), i32(0xa0), least);
    let most = select(Ty::I32, eq(first.clone(), i32(0xf4)), i32(0x8f), i32(0xbf));
    let most = select(Ty::I32, eq(first, i32(0xed)), i32(0x9f), most);
    it.when(or(lt(second.clone(), least), lt(most, second)), |it| done(it, 0));
    let rest = sub(count.clone(), i32(2));
    it.count(&rest, |it, n| {
        let next = byte(&text, add(add(at, i32(2)), n));
        it.when(ne(bits(next, 0xc0), i32(0x80)), |it| done(it, 0));
    });
    it.push(Stmt::Return(vec![count]));
    it.finish(false)
}

/// text, length, place → the number that four hexadecimal digits write, or -1.
pub(crate) fn hex() -> Function {
    let mut it = Build::new("hex", &[Ty::Ptr, Ty::I32, Ty::I32], &[Ty::I32]);
    let (text, length, at) = (it.param(0), it.param(1), it.param(2));
    let wrong = |it: &mut Build| it.push(Stmt::Return(vec![i32(-1)]));
    it.when(lt(length, add(at.clone(), i32(4))), wrong);
    let sum = it.local(Ty::I32);
    it.count(&i32(4), |it, n| {
        let now = it.keep(byte(&text, add(at, n)));
        let lower = it.keep(op(Binary::Or, Ty::I32, now.clone(), i32(0x20)));
        let letter = it.keep(within(&lower, b'a'.into(), b'f'.into()));
        it.when(not(or(letter.clone(), within(&now, b'0'.into(), b'9'.into()))), wrong);
        let digit = select(Ty::I32, letter, sub(lower, i32(i32::from(b'a') - 10)), sub(now, c(b'0')));
        it.set(sum, op(Binary::Or, Ty::I32, op(Binary::Shl, Ty::I32, get(sum), i32(4)), digit));
    });
    it.push(Stmt::Return(vec![get(sum)]));
    it.finish(false)
}

/// text, length, place of a backslash, place to write to → the place after the escape or -1, and after what was written.
pub(crate) fn escape(runtime: &mut Runtime) -> Function {
    let mut it = Build::new("json_escape", &[Ty::Ptr, Ty::I32, Ty::I32, Ty::I32], &[Ty::I32; 2]);
    let (text, length, from, to) = (it.param(0), it.param(1), it.param(2), it.param(3));
    let wrong = |it: &mut Build| it.push(Stmt::Return(vec![i32(-1), i32(0)]));
    it.when(le(length.clone(), add(from.clone(), i32(1))), wrong);
    let sign = it.keep(byte(&text, add(from.clone(), i32(1))));
    let put = |it: &mut Build, place: Expr, value: Expr| it.store(Width::One, beyond(text.clone(), place), 0, value);
    for (written, meant) in
        [(b'"', b'"'), (b'\\', b'\\'), (b'/', b'/'), (b'b', 8), (b'f', 12), (b'n', 10), (b'r', 13), (b't', 9)]
    {
        it.when(eq(sign.clone(), c(written)), |it| {
            put(it, to.clone(), c(meant));
            it.push(Stmt::Return(vec![add(from.clone(), i32(2)), add(to.clone(), i32(1))]));
        });
    }
    it.when(ne(sign, c(b'u')), wrong);
    let mut hex =
        |it: &mut Build, at: Expr| runtime.call_one(it, Helper::Hex, Ty::I32, vec![text.clone(), length.clone(), at]);
    let code = hex(&mut it, add(from.clone(), i32(2)));
    let code = it.var(code);
    let end = it.var(add(from.clone(), i32(6)));
    it.when(lt(get(code), i32(0)), wrong);
    it.when(within(&get(code), 0xdc00, 0xdfff), wrong);
    let low_at = add(from.clone(), i32(8));
    it.when(within(&get(code), 0xd800, 0xdbff), |it| {
        it.when(lt(length.clone(), add(from.clone(), i32(8))), wrong);
        let opened = and(eq(byte(&text, get(end)), c(b'\\')), eq(byte(&text, add(get(end), i32(1))), c(b'u')));
        it.when(not(opened), wrong);
        let low = hex(it, low_at);
        it.when(not(within(&low, 0xdc00, 0xdfff)), wrong);
        let high = op(Binary::Shl, Ty::I32, sub(get(code), i32(0xd800)), i32(10));
        it.set(code, add(i32(0x10000), add(high, sub(low, i32(0xdc00)))));
        it.set(end, add(from.clone(), i32(12)));
    });
    let shifted = |by: i32| op(Binary::ShrU, Ty::I32, get(code), i32(by));
    let tail = |value: Expr| op(Binary::Or, Ty::I32, bits(value, 0x3f), i32(0x80));
    let lead = |value: Expr, mark: i32| op(Binary::Or, Ty::I32, value, i32(mark));
    let forms: [(i32, Vec<Expr>); 4] = [
        (0x7f, vec![get(code)]),
        (0x7ff, vec![lead(shifted(6), 0xc0), tail(get(code))]),
        (0xffff, vec![lead(shifted(12), 0xe0), tail(shifted(6)), tail(get(code))]),
        (0x10_ffff, vec![lead(shifted(18), 0xf0), tail(shifted(12)), tail(shifted(6)), tail(get(code))]),
    ];
    for (most, bytes) in forms {
        it.when(le(get(code), i32(most)), |it| {
            let count = i32::try_from(bytes.len()).unwrap_or(0);
            for (n, value) in (0..).zip(bytes) {
                put(it, add(to.clone(), i32(n)), value);
            }
            it.push(Stmt::Return(vec![get(end), add(to.clone(), i32(count))]));
        });
    }
    wrong(&mut it);
    it.finish(false)
}

/// Whether a byte is a digit.
pub(crate) fn is_digit(value: Expr) -> Expr {
    lt_u(sub(value, c(b'0')), i32(10))
}
