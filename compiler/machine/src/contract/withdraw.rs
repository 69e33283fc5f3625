//! A decision is withdrawn: what it has added to the ledger is taken back. It stays on record.

use super::cell;
use super::parts::{Parts, fail, give_why};
use crate::code::{Binary, Expr, Function, Ty, Unary};
use crate::lower::build::{Blocks, Build, add, beyond, eq, i32, i64, load_i32, load_ptr, long, not, op, or, unary};
use crate::runtime::Helper;
use crate::runtime::json::fact::{ctx, why};
use crate::runtime::json::{AT, LENGTH, NEXT, word};

/// Done by whoever applied, or by the administrator. body → what is wrong, or 0.
pub(super) fn withdraw(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("withdraw", &[Ty::I32], &[Ty::I32]);
    let body = it.param(0);
    parts.members(&mut it, &body, &["number"]);
    let shared = parts.shared(&mut it);
    let number = parts.number(&mut it, &body);
    let key = parts.numbered(&mut it, "decision.", number.clone());
    let mark = parts.numbered(&mut it, "withdrawn.", number);
    let three = [Ty::I32, Ty::Ptr, Ty::I32];
    let found = it.call(parts.host.get, &three, key);
    let [there, text, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
    it.when(not(there), |it| fail(it, &shared, why::NO_RECORD, 1));
    let before = it.call(parts.host.get, &three, mark.clone());
    it.when(before.into_iter().next().unwrap_or(i32(0)), |it| fail(it, &shared, why::WITHDRAWN, 1));
    let fine = it.call(parts.ids.open, &[Ty::I32], vec![text.clone(), length]).pop().unwrap_or(i32(0));
    it.when(not(fine), |it| fail(it, &shared, why::BAD_RECORD, 1));
    let nodes = it.keep(load_ptr(shared.clone(), ctx::NODES));
    let sender = parts.find(&mut it, &i32(0), "sender");
    let applied = vec![beyond(text.clone(), word(&nodes, sender.clone(), AT)), word(&nodes, sender, LENGTH)];
    let args = [applied, parts.sender().to_vec()].concat();
    let own = parts.runtime().call_one(&mut it, Helper::TextEqual, Ty::I32, args);
    let admin = parts.constant("admin");
    let admin = it.call(parts.ids.is_sender, &[Ty::I32], admin.to_vec()).pop().unwrap_or(i32(0));
    it.when(not(or(own, admin)), |it| fail(it, &shared, why::UNAUTHORIZED, 0));
    let tallies = parts.find(&mut it, &i32(0), "tallies");
    let count = it.keep(word(&nodes, tallies.clone(), LENGTH));
    let one = it.var(add(tallies, i32(1)));
    it.count(&count, |it, _| {
        take_back(parts, it, &text, &nodes, Expr::Get(one));
        let next = word(&nodes, Expr::Get(one), NEXT);
        it.set(one, next);
    });
    let time = [load_ptr(parts.cells(), cell::TIME), load_i32(parts.cells(), cell::TIME_LENGTH)];
    it.call(parts.host.set, &[], [mark, time.to_vec()].concat());
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}

/// Takes one amount back; what comes to nothing is removed.
fn take_back(parts: &mut Parts<'_>, it: &mut Build, text: &Expr, nodes: &Expr, tally: Expr) {
    let of = |it: &mut Build, node: Expr| {
        let at = beyond(text.clone(), word(nodes, node.clone(), AT));
        [it.keep(at), it.keep(word(nodes, node, LENGTH))]
    };
    let [key, added] = ["key", "added"].map(|name| {
        let node = parts.find(it, &tally, name);
        of(it, node)
    });
    let decimal = parts.runtime().helper(Helper::JsonDecimal);
    let read = it.call(decimal, &[Ty::I32, Ty::I64, Ty::I64], [added.to_vec(), vec![i32(0)]].concat());
    let [_, low, high] = <[Expr; 3]>::try_from(read).unwrap_or_else(|_| [i32(0), i64(0), i64(0)]);
    let now = it.call(parts.ids.number, &[Ty::I64, Ty::I64], key.to_vec());
    let [now_low, now_high] = <[Expr; 2]>::try_from(now).unwrap_or_else(|_| [i64(0), i64(0)]);
    let rest = it.keep(long::sub(now_low.clone(), low.clone()));
    let borrow = unary(Unary::ExtendUnsigned, long::lt_u(now_low, low));
    let upper = it.keep(long::sub(long::sub(now_high, high), borrow));
    let nothing = it.keep(long::eq(op(Binary::Or, Ty::I64, rest.clone(), upper.clone()), i64(0)));
    it.when(nothing.clone(), |it| _ = it.call(parts.host.remove, &[], key.to_vec()));
    it.when(eq(nothing, i32(0)), |it| {
        let digits = parts.alloc(it, i32(256));
        let args = vec![digits.clone(), rest, upper, i32(0), i32(0)];
        let end = parts.runtime().call_one(it, Helper::PrintNumber, Ty::Ptr, args);
        let length = parts.between(it, &digits, &end);
        it.call(parts.host.set, &[], [key.to_vec(), vec![digits, length]].concat());
    });
}
