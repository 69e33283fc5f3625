//! The inputs of a decision, from what the sender says and from the records on chain.

use super::parts::{Parts, fail, give_why, name_of};
use super::tables::{of, source};
use super::{MAX_KEY, cell};
use crate::code::Binary;
use crate::code::{Expr, Function, Stmt, Ty, Width};
use crate::lower::build::{
    Blocks, Build, add, and, beyond, eq, i32, load_byte, load_i32, load_ptr, lt, ne, not, op, or,
};
use crate::runtime::Helper;
use crate::runtime::json::fact::{ctx, step, why};
use crate::runtime::json::shape::{self, member};
use crate::runtime::json::{AT, KIND, LENGTH, kind, word};

/// In a question anyone may suppose anything; in a message only issuers say what is theirs.
pub(super) const SUPPOSED: i32 = 1;

const SAID: u32 = 0;
const RECORDS: u32 = 1;
const EVIDENCE: u32 = 2;
const SUBJECT: u32 = 3;
const SUBJECT_LENGTH: u32 = 4;
const MODE: u32 = 5;

/// A message's text and nodes.
struct Message {
    text: Expr,
    nodes: Expr,
}

/// what is said of the decision, the nodes of records and evidence (0 for none), subject, its length, mode → what is wrong, or 0.
pub(super) fn collect(parts: &mut Parts<'_>) -> Function {
    let params = [Ty::Ptr, Ty::I32, Ty::I32, Ty::Ptr, Ty::I32, Ty::I32];
    let mut it = Build::new("collect", &params, &[Ty::I32]);
    let said = it.param(SAID);
    let shared = parts.shared(&mut it);
    let message = Message {
        text: it.keep(load_ptr(shared.clone(), ctx::TEXT)),
        nodes: it.keep(load_ptr(shared.clone(), ctx::NODES)),
    };
    let size = it.keep(load_i32(said.clone(), of::IN_SIZE));
    let input = parts.alloc(&mut it, size.clone());
    it.store(Width::Eight, parts.cells(), cell::INPUT, input.clone());
    parts.runtime().call_none(&mut it, Helper::Clear, vec![input.clone(), size]);
    let lists = parts.alloc(&mut it, load_i32(said.clone(), of::LISTS));
    it.store(Width::Eight, shared.clone(), ctx::LISTS, lists);
    let all = it.keep(shape::constant(&said, of::SHAPE));
    for part in [RECORDS, EVIDENCE] {
        let node = it.param(part);
        it.when(node.clone(), |it| parts.only(it, &message.text, &message.nodes, node, all.clone()));
    }
    let count = it.keep(load_i32(all.clone(), shape::COUNT));
    let declared = it.var(shape::constant(&all, shape::PARTS));
    let from = it.var(shape::constant(&said, of::SOURCES));
    it.count(&count, |it, _| {
        let (declared_now, from_now) = (Expr::Get(declared), Expr::Get(from));
        let name = name_of(&declared_now);
        step(it, &shared, &i32(0), name);
        input_of(parts, it, &message, (&declared_now, &from_now), (&shared, &input));
        it.set(declared, beyond(declared_now, i32(member::BYTES.cast_signed())));
        it.set(from, beyond(from_now, i32(source::BYTES.cast_signed())));
    });
    // The day of the block.
    let day = load_i32(parts.cells(), cell::DAY);
    it.store(Width::Four, beyond(input.clone(), load_i32(said.clone(), of::DAY)), 0, day);
    let at = it.keep(beyond(input, load_i32(said.clone(), of::DAY_BYTE)));
    let known = op(Binary::Or, Ty::I32, load_byte(at.clone(), 0), load_i32(said, of::DAY_BIT));
    it.store(Width::One, at, 0, known);
    it.push(Stmt::Return(vec![i32(why::FINE)]));
    it.finish(false)
}

/// One input: from the evidence if it is there, else from its record.
fn input_of(
    parts: &mut Parts<'_>,
    it: &mut Build,
    message: &Message,
    (declared, from): (&Expr, &Expr),
    (shared, input): (&Expr, &Expr),
) {
    let given = it.local(Ty::I32);
    it.set(given, i32(0));
    it.when(it.param(EVIDENCE), |it| {
        let args = vec![message.text.clone(), message.nodes.clone(), it.param(EVIDENCE), declared.clone(), i32(0)];
        let found = parts.runtime().call_one(it, Helper::JsonMember, Ty::I32, args);
        it.set(given, found);
    });
    let given = Expr::Get(given);
    let shape = it.keep(shape::constant(declared, member::SHAPE));
    let issuer = [shape::constant(from, source::ISSUER), load_i32(from.clone(), source::ISSUER + 4)];
    it.when(given.clone(), |it| {
        it.when(lt(given.clone(), i32(0)), |it| fail(it, shared, why::NO_OBJECT, 1));
        let guarded = and(ne(it.param(MODE), i32(SUPPOSED)), ne(load_i32(from.clone(), source::ISSUER + 4), i32(0)));
        it.when(guarded, |it| {
            let own = it.call(parts.ids.is_sender, &[Ty::I32], issuer.to_vec()).pop().unwrap_or(i32(0));
            it.when(not(own), |it| fail(it, shared, why::UNAUTHORIZED, 1));
        });
        fact(parts, it, shared, [given.clone(), shape.clone(), input.clone()]);
    });
    let on_chain = and(not(given), ne(load_i32(from.clone(), source::PREFIX + 4), i32(0)));
    it.when(on_chain, |it| {
        let (key, length) = key_of(it, parts, message, declared, shared);
        it.when(length.clone(), |it| {
            record(parts, it, message, (declared, from), (shared, input), [key, length, shape])
        });
    });
}

fn fact(parts: &mut Parts<'_>, it: &mut Build, shared: &Expr, [node, shape, base]: [Expr; 3]) {
    let args = vec![shared.clone(), node, shape, base, i32(1)];
    let wrong = parts.runtime().call_one(it, Helper::JsonFact, Ty::I32, args);
    it.when(wrong.clone(), |it| give_why(it, wrong));
}

/// The key of an input's record: the one that the sender names, else the subject.
fn key_of(it: &mut Build, parts: &mut Parts<'_>, message: &Message, declared: &Expr, shared: &Expr) -> (Expr, Expr) {
    let (key, length) = (it.local(Ty::Ptr), it.local(Ty::I32));
    it.set(key, it.param(SUBJECT));
    it.set(length, it.param(SUBJECT_LENGTH));
    it.when(it.param(RECORDS), |it| {
        let args = vec![message.text.clone(), message.nodes.clone(), it.param(RECORDS), declared.clone(), i32(0)];
        let found = parts.runtime().call_one(it, Helper::JsonMember, Ty::I32, args);
        it.when(found.clone(), |it| {
            let text = and(lt(i32(0), found.clone()), eq(word(&message.nodes, found.clone(), KIND), i32(kind::TEXT)));
            it.when(not(text), |it| fail(it, shared, why::NO_TEXT, 1));
            it.set(key, beyond(message.text.clone(), word(&message.nodes, found.clone(), AT)));
            it.set(length, word(&message.nodes, found, LENGTH));
        });
    });
    it.when(lt(i32(MAX_KEY.cast_signed()), Expr::Get(length)), |it| fail(it, shared, why::TOO_LONG, 1));
    (Expr::Get(key), Expr::Get(length))
}

/// Reads the record of an input, if there is one, and notes that it has been read.
fn record(
    parts: &mut Parts<'_>,
    it: &mut Build,
    message: &Message,
    (declared, from): (&Expr, &Expr),
    (shared, input): (&Expr, &Expr),
    [key, length, shape]: [Expr; 3],
) {
    let prefix = [shape::constant(from, source::PREFIX), load_i32(from.clone(), source::PREFIX + 4)];
    let args = prefix.into_iter().chain([key, length]).collect();
    let place = it.call(parts.ids.record_key, &[Ty::Ptr, Ty::I32], args);
    let [place, place_length] = <[Expr; 2]>::try_from(place).unwrap_or_else(|_| [Expr::Data(0), i32(0)]);
    let found = it.call(parts.host.get, &[Ty::I32, Ty::Ptr, Ty::I32], vec![place.clone(), place_length.clone()]);
    let [there, text, bytes] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
    it.when(there, |it| {
        it.when(ne(it.param(MODE), i32(SUPPOSED)), |it| {
            let args = vec![declared.clone(), place, place_length, text.clone(), bytes.clone()];
            it.call(parts.ids.note, &[], args);
        });
        it.when(lt(i32(super::MAX_RECORD.cast_signed()), bytes.clone()), |it| fail(it, shared, why::TOO_LARGE, 1));
        let fine = it.call(parts.ids.open, &[Ty::I32], vec![text.clone(), bytes]).pop().unwrap_or(i32(0));
        it.when(not(fine), |it| fail(it, shared, why::BAD_RECORD, 1));
        let node = it.var(i32(0));
        let nodes = it.keep(load_ptr(shared.clone(), ctx::NODES));
        it.when(load_i32(from.clone(), source::WRAPPED), |it| {
            let root = ne(word(&nodes, i32(0), KIND), i32(kind::OBJECT));
            it.when(root, |it| fail(it, shared, why::NO_OBJECT, 1));
            let args = vec![text, nodes, i32(0), declared.clone(), i32(0)];
            let found = parts.runtime().call_one(it, Helper::JsonMember, Ty::I32, args);
            it.when(lt(found.clone(), i32(0)), |it| fail(it, shared, why::NO_OBJECT, 1));
            it.set(node, found);
        });
        // A record that does not hold the input says nothing of it.
        let read = or(not(load_i32(from.clone(), source::WRAPPED)), ne(Expr::Get(node), i32(0)));
        it.when(read, |it| fact(parts, it, shared, [Expr::Get(node), shape, input.clone()]));
        it.store(Width::Eight, shared.clone(), ctx::TEXT, message.text.clone());
        it.store(Width::Eight, shared.clone(), ctx::NODES, message.nodes.clone());
    });
}

/// A text, its length → whether it is JSON; what reads JSON reads it from now on.
pub(super) fn open(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("open", &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let (text, length) = (it.param(0), it.param(1));
    let shared = parts.shared(&mut it);
    let size = add(op(Binary::Shl, Ty::I32, length.clone(), i32(3)), i32(16 * 132));
    let nodes = parts.alloc(&mut it, size);
    it.store(Width::Eight, shared.clone(), ctx::TEXT, text.clone());
    it.store(Width::Eight, shared, ctx::NODES, nodes.clone());
    let fine = parts.runtime().call_one(&mut it, Helper::JsonDocument, Ty::I32, vec![text, length, nodes]);
    it.push(Stmt::Return(vec![fine]));
    it.finish(false)
}

/// prefix, its length, key, its length → the state key of a record, and its length.
pub(super) fn record_key(parts: &mut Parts<'_>) -> Function {
    let mut it = Build::new("record_key", &[Ty::Ptr, Ty::I32, Ty::Ptr, Ty::I32], &[Ty::Ptr, Ty::I32]);
    let [prefix, prefix_length, key, length] = [0, 1, 2, 3].map(|n| it.param(n));
    let size = add(prefix_length.clone(), op(Binary::Mul, Ty::I32, length.clone(), i32(3)));
    let room = parts.alloc(&mut it, add(size, i32(16)));
    let end = parts.runtime().call_one(&mut it, Helper::Append, Ty::Ptr, vec![room.clone(), prefix, prefix_length]);
    let end = it.call(parts.ids.encode, &[Ty::Ptr], vec![end, key, length]).pop().unwrap_or(Expr::Data(0));
    let bytes = parts.between(&mut it, &room, &end);
    it.push(Stmt::Return(vec![room, bytes]));
    it.finish(false)
}
