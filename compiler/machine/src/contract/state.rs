//! Keys of the state, and what is kept under them.

use super::Host;
use super::parts::Parts;
use crate::code::{Binary, Expr, Function, Stmt, Ty};
use crate::lower::build::{Blocks, Build, and, beyond, eq, i32, i64, le, long, op, or, select};
use crate::runtime::json::answer::writer;
use crate::runtime::json::byte;
use crate::runtime::{Helper, Runtime};
use std::fmt::Write as _;

/// A name as a part of a state key.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => out.push(byte.into()),
            other => _ = write!(out, "_{other:02x}"),
        }
    }
    out
}

/// out, a name, its length → out after the name as a part of a state key.
pub(super) fn encode(runtime: &mut Runtime) -> Function {
    let mut it = writer(runtime, "key_part", &[Ty::Ptr, Ty::I32]);
    let (text, length) = (it.build.param(1), it.build.param(2));
    it.count(&length, |it, n| {
        let now = it.build.keep(byte(&text, n.clone()));
        let within =
            |value: &Expr, lo: u8, hi: u8| and(le(i32(lo.into()), value.clone()), le(value.clone(), i32(hi.into())));
        let lower = it.build.keep(op(Binary::Or, Ty::I32, now.clone(), i32(0x20)));
        let plain = or(or(within(&lower, b'a', b'z'), within(&now, b'0', b'9')), eq(now.clone(), i32(b'-'.into())));
        it.either(
            plain,
            |it| {
                it.build.store(crate::code::Width::One, Expr::Get(it.out), 0, now);
                it.build.set(it.out, beyond(Expr::Get(it.out), i32(1)));
            },
            |it| {
                it.byte(b'_');
                it.print(Helper::PrintHex, vec![beyond(text, n), i32(1)]);
            },
        );
    });
    it.finish()
}

/// The number that stands under a key; 0 where there is none. (key, length) → the number as two halves.
pub(super) fn number(runtime: &mut Runtime, host: Host) -> Function {
    let mut it = Build::new("state_number", &[Ty::Ptr, Ty::I32], &[Ty::I64, Ty::I64]);
    let found = it.call(host.get, &[Ty::I32, Ty::Ptr, Ty::I32], vec![it.param(0), it.param(1)]);
    let [there, text, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
    it.when(eq(there, i32(0)), |it| it.push(Stmt::Return(vec![i64(0), i64(0)])));
    let decimal = runtime.helper(Helper::JsonDecimal);
    let read = it.call(decimal, &[Ty::I32, Ty::I64, Ty::I64], vec![text, length, i32(0)]);
    let [wrong, low, high] = <[Expr; 3]>::try_from(read).unwrap_or_else(|_| [i32(0), i64(0), i64(0)]);
    let fine = it.keep(eq(wrong, i32(0)));
    let or_zero = |half: Expr| select(Ty::I64, fine.clone(), half, i64(0));
    it.push(Stmt::Return(vec![or_zero(low), or_zero(high)]));
    it.finish(false)
}

/// key, length → the number under it and one, which now stands there.
pub(super) fn count_up(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("count_up", &[Ty::Ptr, Ty::I32], &[Ty::I64]);
    let (key, length) = (it.param(0), it.param(1));
    let before = it.call(parts.ids.number, &[Ty::I64, Ty::I64], vec![key.clone(), length.clone()]);
    let now = it.keep(long::add(before.into_iter().next().unwrap_or(i64(0)), i64(1)));
    let room = parts.alloc(&mut it, i32(256));
    let args = vec![room.clone(), now.clone(), i64(0), i32(0), i32(0)];
    let end = parts.runtime().call_one(&mut it, Helper::PrintNumber, Ty::Ptr, args);
    let digits = parts.between(&mut it, &room, &end);
    it.call(parts.host.set, &[], vec![key, length, room, digits]);
    it.push(Stmt::Return(vec![now]));
    it.finish(false)
}

/// The state key of an address, its length → whether it is the sender's.
pub(super) fn is_sender(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("is_sender", &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let found = it.call(parts.host.get, &[Ty::I32, Ty::Ptr, Ty::I32], vec![it.param(0), it.param(1)]);
    let [there, text, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
    it.when(eq(there, i32(0)), |it| it.push(Stmt::Return(vec![i32(0)])));
    let [sender, sender_length] = parts.sender();
    let same = parts.runtime().call_one(&mut it, Helper::TextEqual, Ty::I32, vec![text, length, sender, sender_length]);
    it.push(Stmt::Return(vec![same]));
    it.finish(false)
}
