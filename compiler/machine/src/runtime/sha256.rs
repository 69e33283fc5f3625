//! SHA-256, by FIPS 180-4.

use super::Runtime;
use crate::code::{Binary, Expr, Function, Local, Stmt, Ty, Width};
use crate::lower::build::{Blocks, Build, add, beyond, eq, i32, le, load_byte, load_i32, lt, op};

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (`root` 3), or of the square roots of the first eight (2).
fn fractions(root: u32, count: usize) -> Vec<u32> {
    let primes = (2_u128..).filter(|n| (2..*n).all(|by| n % by != 0)).take(count);
    // The root of p * 2^(32 * root), whose lower 32 bits are what is wanted.
    primes.map(|prime| floor_root(prime << (32 * root), root) as u32).collect()
}

/// The largest number whose power is not more than this.
fn floor_root(of: u128, root: u32) -> u128 {
    let (mut low, mut high) = (0_u128, 1_u128 << 40);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if middle.pow(root) <= of { low = middle } else { high = middle }
    }
    low
}

fn get(local: Local) -> Expr {
    Expr::Get(local)
}

fn xor(a: Expr, b: Expr) -> Expr {
    op(Binary::Xor, Ty::I32, a, b)
}

fn and(a: Expr, b: Expr) -> Expr {
    op(Binary::And, Ty::I32, a, b)
}

fn rotated(a: &Expr, by: i32) -> Expr {
    let left = op(Binary::Shl, Ty::I32, a.clone(), i32(32 - by));
    op(Binary::Or, Ty::I32, op(Binary::ShrU, Ty::I32, a.clone(), i32(by)), left)
}

fn mixed(a: &Expr, [first, second, third]: [i32; 3]) -> Expr {
    xor(xor(rotated(a, first), rotated(a, second)), rotated(a, third))
}

fn shifted(a: &Expr, [first, second, third]: [i32; 3]) -> Expr {
    xor(xor(rotated(a, first), rotated(a, second)), op(Binary::ShrU, Ty::I32, a.clone(), i32(third)))
}

/// A word with its bytes in the other order.
fn turned(a: &Expr) -> Expr {
    let odd = and(rotated(a, 8), i32(0xff00_ff00_u32.cast_signed()));
    let even = and(rotated(a, 24), i32(0x00ff_00ff));
    op(Binary::Or, Ty::I32, odd, even)
}

/// bytes, their number, room of 320 bytes → nothing; the hash stands in the first 32 bytes of the room.
pub(super) fn sha256(runtime: &mut Runtime) -> Function {
    let constants: Vec<u8> = fractions(3, 64).iter().flat_map(|word| word.to_le_bytes()).collect();
    let constants = runtime.data(&constants);
    let mut it = Build::new("sha256", &[Ty::Ptr, Ty::I32, Ty::Ptr], &[]);
    let [bytes, length, room] = [0, 1, 2].map(|n| it.param(n));
    let words = it.keep(beyond(room.clone(), i32(64)));
    for (n, start) in (0..).zip(fractions(2, 8)) {
        it.store(Width::Four, room.clone(), 4 * n, i32(start.cast_signed()));
    }
    let at = it.var(i32(0));
    // The text is followed by one bit, zeros, and the number of its bits in the last 8 bytes of a block.
    let blocks = op(Binary::ShrU, Ty::I32, add(length.clone(), i32(72)), i32(6));
    let end = it.keep(op(Binary::Shl, Ty::I32, blocks, i32(6)));
    it.repeat(|it| {
        it.when(le(end.clone(), get(at)), |it| it.push(Stmt::Break(0)));
        schedule(it, (&bytes, &length), get(at), &words, &end);
        rounds(it, &room, &words, &constants);
        it.set(at, add(get(at), i32(64)));
    });
    for n in 0..8 {
        let word = it.keep(load_i32(room.clone(), 4 * n));
        it.store(Width::Four, room.clone(), 4 * n, turned(&word));
    }
    it.push(Stmt::Return(Vec::new()));
    it.finish(false)
}

/// The 64 words of a block.
fn schedule(it: &mut Build, (bytes, length): (&Expr, &Expr), at: Expr, words: &Expr, end: &Expr) {
    let n = it.var(i32(0));
    let word_at = |n: Expr| beyond(words.clone(), op(Binary::Shl, Ty::I32, n, i32(2)));
    it.repeat(|it| {
        it.when(eq(get(n), i32(16)), |it| it.push(Stmt::Break(0)));
        let from = it.keep(add(at.clone(), op(Binary::Shl, Ty::I32, get(n), i32(2))));
        let word = it.local(Ty::I32);
        it.either(
            le(add(from.clone(), i32(4)), length.clone()),
            |it| {
                let whole = it.keep(load_i32(beyond(bytes.clone(), from.clone()), 0));
                it.set(word, turned(&whole));
            },
            |it| {
                it.set(word, i32(0));
                it.count(&i32(4), |it, k| {
                    let place = it.keep(add(from.clone(), k));
                    let byte = it.var(i32(0));
                    it.when(lt(place.clone(), length.clone()), |it| {
                        it.set(byte, load_byte(beyond(bytes.clone(), place.clone()), 0))
                    });
                    it.when(eq(place, length.clone()), |it| it.set(byte, i32(0x80)));
                    it.set(word, op(Binary::Or, Ty::I32, op(Binary::Shl, Ty::I32, get(word), i32(8)), get(byte)));
                });
            },
        );
        it.store(Width::Four, word_at(get(n)), 0, get(word));
        it.set(n, add(get(n), i32(1)));
    });
    it.when(eq(add(at, i32(64)), end.clone()), |it| {
        it.store(Width::Four, words.clone(), 56, op(Binary::ShrU, Ty::I32, length.clone(), i32(29)));
        it.store(Width::Four, words.clone(), 60, op(Binary::Shl, Ty::I32, length.clone(), i32(3)));
    });
    it.repeat(|it| {
        it.when(eq(get(n), i32(64)), |it| it.push(Stmt::Break(0)));
        let here = it.keep(word_at(add(get(n), i32(-16))));
        let early = it.keep(load_i32(here.clone(), 4));
        let late = it.keep(load_i32(here.clone(), 56));
        let sum = add(load_i32(here.clone(), 0), shifted(&early, [7, 18, 3]));
        let sum = add(add(sum, load_i32(here.clone(), 36)), shifted(&late, [17, 19, 10]));
        it.store(Width::Four, here, 64, sum);
        it.set(n, add(get(n), i32(1)));
    });
}

/// The 64 rounds of a block.
fn rounds(it: &mut Build, state: &Expr, words: &Expr, constants: &Expr) {
    let v: Vec<Local> = (0..8).map(|n| it.var(load_i32(state.clone(), 4 * n))).collect();
    let v = |n: usize| v.get(n).copied().unwrap_or(Local(0));
    let n = it.var(i32(0));
    it.repeat(|it| {
        it.when(eq(get(n), i32(256)), |it| it.push(Stmt::Break(0)));
        let (a, b, c) = (get(v(0)), get(v(1)), get(v(2)));
        let (e, f, g) = (get(v(4)), get(v(5)), get(v(6)));
        let choice = xor(and(e.clone(), f), and(xor(e.clone(), i32(-1)), g));
        let known = [beyond(constants.clone(), get(n)), beyond(words.clone(), get(n))].map(|it| load_i32(it, 0));
        let [constant, word] = known;
        let first = add(add(add(get(v(7)), mixed(&e, [6, 11, 25])), choice), add(constant, word));
        let first = it.keep(first);
        let most = xor(xor(and(a.clone(), b.clone()), and(a.clone(), c.clone())), and(b, c));
        let second = it.keep(add(mixed(&a, [2, 13, 22]), most));
        for (to, from) in [(7, 6), (6, 5), (5, 4)] {
            it.set(v(to), get(v(from)));
        }
        it.set(v(4), add(get(v(3)), first.clone()));
        for (to, from) in [(3, 2), (2, 1), (1, 0)] {
            it.set(v(to), get(v(from)));
        }
        it.set(v(0), add(first, second));
        it.set(n, add(get(n), i32(4)));
    });
    for n in 0..8 {
        let sum = add(load_i32(state.clone(), 4 * n), get(v(n as usize)));
        it.store(Width::Four, state.clone(), 4 * n, sum);
    }
}
