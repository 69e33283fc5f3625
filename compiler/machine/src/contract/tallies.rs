//! What has been counted: looked up before a decision, added to after it.
//!
//! The totals of a ledger stand under `tally.LEDGER.HASH`, where the hash is the SHA-256 of the key's bytes (`enact_ir::ledger`) in hexadecimal digits, so that keys of any length have their place.

use super::cell;
use super::parts::{Parts, fail, give_why};
use super::state::encoded;
use super::tables::{Lowered, narrow, of, text, words};
use crate::code::{Binary, Expr, Function, FunctionId, Local, Stmt, Ty, Unary, Width};
use crate::interface::{Interface, Verdict};
use crate::layout::is_narrow;
use crate::lower::build::{
    Blocks, Build, add, beyond, eq, i32, i64, load_byte, load_i32, load_i64, load_ptr, long, ne, not, op, select, unary,
};
use crate::runtime::json::answer::{Writer, writer};
use crate::runtime::json::fact::why;
use crate::runtime::json::shape::{self, flag, member};
use crate::runtime::{Helper, Runtime, wide};
use enact_ir::ledger::keys_name;
use enact_ir::{Decision, Program, Type, Verified, verify};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Places in a tally.
mod tally {
    /// What its state keys begin with.
    pub(super) const PREFIX: u32 = 0;
    /// The parts of the key among the outputs of the decision that gives them, and how many.
    pub(super) const PARTS: u32 = 8;
    pub(super) const COUNT: u32 = 12;
    /// Where its port is in the struct of the inputs, and its bit.
    pub(super) const OFFSET: u32 = 16;
    pub(super) const BYTE: u32 = 20;
    pub(super) const BIT: u32 = 24;
    /// Whether the port has 128 bits.
    pub(super) const WIDE: u32 = 28;
    /// The output that a grant adds, as a member; 0: one.
    pub(super) const ADDS: u32 = 32;
    /// The port's largest value, and the most of the tally.
    pub(super) const HI: u32 = 40;
    pub(super) const MOST: u32 = 56;
    pub(super) const BYTES: u32 = 72;
}

/// A program with the decisions that give keys; these have the same inputs as the others, so that one struct serves both.
pub(super) fn with_keys(program: &Verified) -> Arc<Verified> {
    let mut whole = program.with_keys();
    let inputs: Vec<_> = program.decisions.iter().map(|it| (keys_name(&it.name), it.inputs.clone())).collect();
    for decision in &mut whole.decisions {
        if let Some((_, own)) = inputs.iter().find(|(name, _)| *name == decision.name) {
            decision.inputs.clone_from(own);
        }
    }
    Arc::new(verify(whole).unwrap_or_else(|_| program.clone()))
}

/// Whether a decision is there only for the keys of another.
pub(super) fn gives_keys(program: &Program, name: &str) -> bool {
    program.decisions.iter().any(|it| !it.ledger.is_empty() && keys_name(&it.name) == name)
}

/// The leaves that are read, but for the ports.
pub(super) fn without_ports(decision: &Decision, interface: &Interface) -> BTreeSet<u32> {
    let slots = interface.input.slots.iter().enumerate();
    let ports: BTreeSet<u32> =
        slots.filter(|(n, _)| decision.tally_at(*n).is_some()).map(|(_, slot)| slot.bit).collect();
    interface.reads.difference(&ports).copied().collect()
}

/// The tallies of a decision as constants: what is said of the decision that gives their keys, where they are, and how many.
pub(super) fn table(runtime: &mut Runtime, decision: &Decision, interface: &Interface, known: &[Lowered]) -> [u32; 3] {
    let keys = known.iter().find(|it| it.name == keys_name(&decision.name));
    let (Some(keys), false) = (keys, decision.ledger.is_empty()) else { return [0; 3] };
    let (mut said, mut place) = (Vec::new(), 0);
    for tally in &decision.ledger {
        let [prefix, prefix_len] = text(runtime, &format!("tally.{}.", encoded(&tally.ledger)));
        let slot = interface.input.slots.get(tally.port as usize);
        let port = decision.inputs.get(tally.port as usize).map(|it| &it.ty);
        let Some(Type::Number(number)) = port else { continue };
        // The outputs of this decision are made after its tallies are told: they are found by their place.
        let adds = tally.adds.map_or(0, |n| n + 1);
        let count = narrow(tally.key.len() as u64);
        said.extend([prefix, prefix_len, keys.outputs + place * member::BYTES, count]);
        said.extend([
            slot.map_or(0, |it| it.offset),
            slot.map_or(0, |it| it.bit / 8),
            slot.map_or(0, |it| 1 << (it.bit % 8)),
            u32::from(!is_narrow(*number)),
            adds,
            0,
        ]);
        let hi = [number.hi.to_le_bytes(), tally.most.to_le_bytes()].concat();
        said.extend(hi.chunks(4).map(|it| it.try_into().map_or(0, u32::from_le_bytes)));
        place += count;
    }
    let at = runtime.data_at(&words(&said));
    let keys = if let Expr::Data(at) = keys.said { at } else { 0 };
    [keys, at, narrow(decision.ledger.len() as u64)]
}

/// out, the shape of a part of a key, the struct → out after its bytes.
pub(super) fn key_part(parts: &mut Parts<'_>) -> Function {
    let mut it = writer(parts.runtime(), "key_bytes", &[Ty::Ptr, Ty::Ptr]);
    let (of, base) = (it.build.param(1), it.build.param(2));
    let kind = it.build.keep(load_i32(of.clone(), shape::KIND));
    let at = it.build.keep(beyond(base, load_i32(of.clone(), shape::OFFSET)));
    let is = |wanted: i32| eq(kind.clone(), i32(wanted));
    let end = |it: &mut Writer<'_>| it.build.push(Stmt::Return(vec![Expr::Get(it.out)]));
    it.when(is(shape::kind::BOOL), |it| {
        it.byte(1);
        it.build.store(Width::One, Expr::Get(it.out), 0, load_byte(at.clone(), 0));
        it.build.set(it.out, beyond(Expr::Get(it.out), i32(1)));
        end(it);
    });
    it.when(is(shape::kind::DATE), |it| {
        it.byte(3);
        let day = unary(Unary::Extend, load_i32(at.clone(), 0));
        turned(it, long::xor(day, i64(i64::MIN)));
        end(it);
    });
    for (wanted, tag) in [(shape::kind::TEXT, 4), (shape::kind::ENUM, 5)] {
        it.when(is(wanted), |it| {
            it.byte(tag);
            let case = op(Binary::Shl, Ty::I32, load_i32(at.clone(), 0), i32(3));
            let case = beyond(shape::constant(&of, shape::PARTS), case);
            let [from, length] = match tag {
                4 => [load_ptr(at.clone(), 0), load_i32(at.clone(), 8)],
                _ => {
                    let case = it.build.keep(case);
                    [shape::constant(&case, 0), load_i32(case, 4)]
                }
            };
            let length = it.build.keep(length);
            for shift in [8, 0] {
                let byte = op(Binary::ShrU, Ty::I32, length.clone(), i32(shift));
                it.build.store(Width::One, Expr::Get(it.out), 0, byte);
                it.build.set(it.out, beyond(Expr::Get(it.out), i32(1)));
            }
            it.print(Helper::Append, vec![from, length]);
            end(it);
        });
    }
    it.byte(2);
    let low = it.build.keep(load_i64(at.clone(), 0));
    let high = it.build.var(long::shr(low.clone(), i64(63)));
    let large = op(Binary::And, Ty::I32, load_i32(of, shape::FLAGS), i32(flag::WIDE));
    it.when(large, |it| it.build.set(high, load_i64(at, 8)));
    turned(&mut it, long::xor(Expr::Get(high), i64(i64::MIN)));
    turned(&mut it, low);
    it.finish()
}

/// The 8 bytes of a number, the highest first.
fn turned(it: &mut Writer<'_>, n: Expr) {
    let n = it.build.keep(n);
    for (place, shift) in (0..).zip([56, 48, 40, 32, 24, 16, 8, 0]) {
        it.build.store(Width::One, Expr::Get(it.out), place, unary(Unary::Wrap, long::shr_u(n.clone(), i64(shift))));
    }
    it.build.set(it.out, beyond(Expr::Get(it.out), i32(8)));
}

/// What a tally keeps during a call: its state key (address, length), whether something is added, and what stands under it (two halves).
const PLACE: i32 = 32;
const CHANGED: u32 = 12;

/// what is said of a decision: looks up what has been counted so far, and puts it in the ports. Where a key is not known, the port is missing.
pub(super) fn look_up(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("look_up", &[Ty::Ptr], &[]);
    let said = it.param(0);
    let done = |it: &mut Build| it.push(Stmt::Return(Vec::new()));
    it.store(Width::Eight, parts.cells(), cell::TALLIES, i64(0));
    it.when(not(load_i32(said.clone(), of::KEYS)), done);
    let verdict = it.call(parts.ids.judge, &[Ty::I32], vec![shape::constant(&said, of::KEYS)]).pop().unwrap_or(i32(0));
    it.when(ne(verdict, i32(Verdict::Granted as i32)), done);
    let keys = it.keep(load_ptr(parts.cells(), cell::OUTPUT));
    let input = it.keep(load_ptr(parts.cells(), cell::INPUT));
    let count = it.keep(load_i32(said.clone(), of::TALLY_COUNT));
    let places = parts.alloc(&mut it, op(Binary::Mul, Ty::I32, count.clone(), i32(PLACE)));
    it.store(Width::Eight, parts.cells(), cell::TALLIES, places.clone());
    let (one, place) = (it.var(shape::constant(&said, of::TALLIES)), it.var(places));
    it.count(&count, |it, _| {
        let tally = Expr::Get(one);
        let [key, length] = state_key(parts, it, &tally, &keys);
        it.store(Width::Eight, Expr::Get(place), 0, key.clone());
        it.store(Width::Four, Expr::Get(place), 8, length.clone());
        it.store(Width::Four, Expr::Get(place), CHANGED, i32(0));
        let found = it.call(parts.ids.number, &[Ty::I64, Ty::I64], vec![key, length]);
        let [low, high] = <[Expr; 2]>::try_from(found).unwrap_or_else(|_| [i64(0), i64(0)]);
        it.store(Width::Eight, Expr::Get(place), 16, low.clone());
        it.store(Width::Eight, Expr::Get(place), 24, high.clone());
        // Another version of the policy may have counted further than this one allows.
        let hi = (load_i64(tally.clone(), tally::HI), load_i64(tally.clone(), tally::HI + 8));
        let over = it.keep(wide::less(&hi, &(low.clone(), high.clone())));
        let port = it.keep(beyond(input.clone(), load_i32(tally.clone(), tally::OFFSET)));
        it.store(Width::Eight, port.clone(), 0, select(Ty::I64, over.clone(), hi.0, low));
        it.when(load_i32(tally.clone(), tally::WIDE), |it| {
            it.store(Width::Eight, port, 8, select(Ty::I64, over, hi.1, high));
        });
        let mask = it.keep(beyond(input, load_i32(tally.clone(), tally::BYTE)));
        let known = op(Binary::Or, Ty::I32, load_byte(mask.clone(), 0), load_i32(tally.clone(), tally::BIT));
        it.store(Width::One, mask, 0, known);
        it.set(one, beyond(tally, i32(tally::BYTES.cast_signed())));
        it.set(place, beyond(Expr::Get(place), i32(PLACE)));
    });
    done(&mut it);
    it.finish(false)
}

/// The state key of a tally, by the parts of its key.
fn state_key(parts: &mut Parts<'_>, it: &mut Build, tally: &Expr, keys: &Expr) -> [Expr; 2] {
    let count = it.keep(load_i32(tally.clone(), tally::COUNT));
    // A text has at most 2^16 bytes; what is read is in the message or a record, which are shorter.
    let room = parts.alloc(it, op(Binary::Mul, Ty::I32, count.clone(), i32(4096)));
    let (out, part) = (it.var(room.clone()), it.var(shape::constant(tally, tally::PARTS)));
    it.count(&count, |it, _| {
        let args = vec![Expr::Get(out), shape::constant(&Expr::Get(part), member::SHAPE), keys.clone()];
        let end = it.call(parts.ids.key_part, &[Ty::Ptr], args).pop().unwrap_or(Expr::Data(0));
        it.set(out, end);
        it.set(part, beyond(Expr::Get(part), i32(member::BYTES.cast_signed())));
    });
    let length = parts.between(it, &room, &Expr::Get(out));
    let hash = parts.alloc(it, i32(320));
    parts.runtime().call_none(it, Helper::Sha256, vec![room, length, hash.clone()]);
    let prefix_length = it.keep(load_i32(tally.clone(), tally::PREFIX + 4));
    let key = parts.alloc(it, add(prefix_length.clone(), i32(64)));
    let args = vec![key.clone(), shape::constant(tally, tally::PREFIX), prefix_length];
    let end = parts.runtime().call_one(it, Helper::Append, Ty::Ptr, args);
    let end = parts.runtime().call_one(it, Helper::PrintHex, Ty::Ptr, vec![end, hash, i32(32)]);
    let length = parts.between(it, &key, &end);
    [key, length]
}

/// what is said of a granted decision → what is wrong, or 0 once everything has been added. Nothing is, where anything is wrong.
pub(super) fn count(parts: &mut Parts<'_>) -> Function {
    let told = tell(parts);
    let told = parts.runtime().add(told);
    let mut it = Build::new("count", &[Ty::Ptr], &[Ty::I32]);
    let said = it.param(0);
    let count = it.keep(load_i32(said.clone(), of::TALLY_COUNT));
    let places = it.keep(load_ptr(parts.cells(), cell::TALLIES));
    let known = it.keep(long::ne(unary(Unary::Address, places.clone()), i64(0)));
    add_up(parts, &mut it, (&said, &count), (&places, &known), told);
    it.when(known, |it| {
        let place = it.var(places);
        it.count(&count, |it, _| {
            let here = Expr::Get(place);
            it.when(load_i32(here.clone(), CHANGED), |it| {
                let digits = parts.alloc(it, i32(256));
                let sum = [load_i64(here.clone(), 16), load_i64(here.clone(), 24)];
                let args = [vec![digits.clone()], sum.to_vec(), vec![i32(0), i32(0)]].concat();
                let end = parts.runtime().call_one(it, Helper::PrintNumber, Ty::Ptr, args);
                let length = parts.between(it, &digits, &end);
                let key = vec![load_ptr(here.clone(), 0), load_i32(here.clone(), 8)];
                it.call(parts.host.set, &[], [key, vec![digits, length]].concat());
            });
            it.set(place, beyond(here, i32(PLACE)));
        });
    });
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}

/// Adds everything up, in the places of the tallies only, and fails where that is more than may be.
fn add_up(
    parts: &mut Parts<'_>,
    it: &mut Build,
    (said, count): (&Expr, &Expr),
    (places, known): (&Expr, &Expr),
    told: FunctionId,
) {
    let shared = parts.shared(it);
    let output = it.keep(load_ptr(parts.cells(), cell::OUTPUT));
    let outputs = it.keep(shape::constant(said, of::OUTPUTS));
    let (one, place) = (it.var(shape::constant(said, of::TALLIES)), it.var(places.clone()));
    it.count(count, |it, _| {
        let (tally, here) = (Expr::Get(one), Expr::Get(place));
        let (low, high) = (it.var(i64(1)), it.var(i64(0)));
        let adds = it.keep(load_i32(tally.clone(), tally::ADDS));
        it.when(adds.clone(), |it| amount(it, (&outputs, adds), &output, (low, high)));
        it.when(long::ne(long::or(Expr::Get(low), Expr::Get(high)), i64(0)), |it| {
            it.when(not(known.clone()), |it| fail(it, &shared, why::NO_KEY, 0));
            let key = [load_ptr(here.clone(), 0), load_i32(here.clone(), 8)];
            it.call(told, &[], [key.to_vec(), vec![Expr::Get(low), Expr::Get(high)]].concat());
            let before = it.keep(load_i64(here.clone(), 16));
            let sum = it.keep(long::add(before.clone(), Expr::Get(low)));
            let carry = unary(Unary::ExtendUnsigned, long::lt_u(sum.clone(), before));
            let upper = it.keep(long::add(long::add(load_i64(here.clone(), 24), Expr::Get(high)), carry));
            let most = (load_i64(tally.clone(), tally::MOST), load_i64(tally.clone(), tally::MOST + 8));
            let over = wide::less(&most, &(sum.clone(), upper.clone()));
            it.when(over, |it| fail(it, &shared, why::OVER_LIMIT, 0));
            it.store(Width::Eight, here.clone(), 16, sum);
            it.store(Width::Eight, here.clone(), 24, upper);
            it.store(Width::Four, here.clone(), CHANGED, i32(1));
        });
        it.set(one, beyond(tally, i32(tally::BYTES.cast_signed())));
        it.set(place, beyond(here, i32(PLACE)));
    });
}

/// a state key, its length, a number as two halves: tells that so much has been added there.
fn tell(parts: &mut Parts<'_>) -> Function {
    let cells = parts.cells();
    let build = Build::new("tell", &[Ty::Ptr, Ty::I32, Ty::I64, Ty::I64], &[]);
    let mut it = Writer { runtime: parts.runtime(), build, out: Local(0) };
    let [key, length, low, high] = [0, 1, 2, 3].map(|n| it.build.param(n));
    it.out = it.build.var(load_ptr(cells.clone(), cell::ADDED_END));
    let start = unary(Unary::Address, load_ptr(cells.clone(), cell::ADDED));
    let first = it.build.keep(long::eq(unary(Unary::Address, Expr::Get(it.out)), start));
    it.when(not(first), |it| it.byte(b','));
    it.words("{\"key\":\"");
    it.print(Helper::Append, vec![key, length]);
    it.words("\",\"added\":\"");
    it.print(Helper::PrintNumber, vec![low, high, i32(0), i32(0)]);
    it.words("\"}");
    it.build.store(Width::Eight, cells, cell::ADDED_END, Expr::Get(it.out));
    it.build.push(Stmt::Return(Vec::new()));
    it.build.finish(false)
}

/// What the output of a granted decision adds; nothing where it is not given.
fn amount(it: &mut Build, (outputs, adds): (&Expr, Expr), output: &Expr, (low, high): (Local, Local)) {
    let place = op(Binary::Mul, Ty::I32, add(adds, i32(-1)), i32(member::BYTES.cast_signed()));
    let of = it.keep(beyond(outputs.clone(), place));
    let shape = it.keep(shape::constant(&of, member::SHAPE));
    it.set(low, i64(0));
    let given = load_byte(beyond(output.clone(), load_i32(of, member::PATH)), 0);
    it.when(given, |it| {
        let at = it.keep(beyond(output.clone(), load_i32(shape.clone(), shape::OFFSET)));
        it.set(low, load_i64(at.clone(), 0));
        let large = op(Binary::And, Ty::I32, load_i32(shape, shape::FLAGS), i32(flag::WIDE));
        it.when(large, |it| it.set(high, load_i64(at, 8)));
    });
}
