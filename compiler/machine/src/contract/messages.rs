//! Messages: what they hold, who may send them, and what they do.

use super::answer::mode;
use super::kinds::{self, Kind};
use super::parts::{Given, Ids, Parts, fail, give_why, text_in};
use super::tables::{self, kind as of};
use super::{
    Contract, Entries, Host, MAX_KEY, MAX_MESSAGE, MAX_RECORD, answer, cell, decide, facts, state, tallies, withdraw,
};
use crate::code::{Binary, Expr, FunctionId, Stmt, Ty, Width};
use crate::lower::build::{Blocks, Build, add, and, beyond, eq, i32, i64, le, load_i32, load_ptr, lt, ne, not, op, or};
use crate::runtime::Helper;
use crate::runtime::json::fact::{ctx, why};
use crate::runtime::json::shape;
use crate::runtime::json::{AT, KIND, LENGTH, NEXT, kind, word};

/// Messages beside the decisions, whose names no decision can have.
pub(super) const NAMES: [&str; 5] = ["put_record", "remove_record", "appoint", "set_admin", "withdraw"];

/// The functions that the chain calls.
pub(super) fn entries(contract: &mut Contract, host: Host) -> Entries {
    let none = FunctionId(u32::MAX);
    let ids = Ids {
        encode: none,
        number: none,
        count_up: none,
        is_sender: none,
        open: none,
        record_key: none,
        note: none,
        collect: none,
        judge: none,
        answer: none,
        record: none,
        text_in: none,
        key_part: none,
        look_up: none,
        count: none,
        execute: none,
        ask: none,
    };
    let mut parts = Parts { contract, host, ids };
    let it = &mut parts;
    let function = state::encode(it.runtime());
    it.ids.encode = it.add(function);
    let function = state::number(it.runtime(), host);
    it.ids.number = it.add(function);
    macro_rules! make {
        ($($name:ident = $function:expr;)*) => {
            $(let function = $function; it.ids.$name = it.add(function);)*
        };
    }
    make! {
        count_up = state::count_up(it);
        is_sender = state::is_sender(it);
        open = facts::open(it);
        record_key = facts::record_key(it);
        note = answer::note(it);
        text_in = text_in(it);
        collect = facts::collect(it);
        judge = decide::judge(it);
        key_part = tallies::key_part(it);
        look_up = tallies::look_up(it);
        count = tallies::count(it);
        answer = answer::answer(it);
        record = answer::record(it);
        execute = decide::execute(it);
        ask = decide::ask(it);
    }
    let all = kinds::kinds(&it.program());
    let [put, remove] = [true, false].map(|put| {
        let function = record(it, &all, put);
        it.add(function)
    });
    let appoint = appoint(it, &all);
    let appoint = it.add(appoint);
    let admin = set_admin(it);
    let admin = it.add(admin);
    let withdraw = withdraw::withdraw(it);
    let withdraw = it.add(withdraw);
    let execute = execute(it, [put, remove, appoint, admin, withdraw]);
    let execute = it.add(execute);
    let query = query(it);
    let query = it.add(query);
    let instantiate = instantiate(it, &all);
    let instantiate = it.add(instantiate);
    let migrate = migrate(it);
    let migrate = it.add(migrate);
    let [instantiate, execute, query, migrate] =
        [("run_instantiate", instantiate), ("run_execute", execute), ("run_query", query), ("run_migrate", migrate)]
            .map(|(name, body)| {
                let function = entry(it, name, body);
                it.add(function)
            });
    Entries { instantiate, execute, query, migrate }
}

/// What every message needs beside its nodes, in bytes.
pub(super) struct Sizes {
    /// The answer, with all that a record of a decision adds to it.
    answer: u64,
    /// What the functions that read JSON share.
    shared: u64,
    /// Notes of the records that were read.
    read: u64,
    /// Notes of what was added to tallies.
    added: u64,
}

impl Sizes {
    pub(super) fn new(contract: &Contract) -> Sizes {
        let most = |of: fn(&tables::Lowered) -> u64, least: u64| contract.lowered.iter().map(of).fold(least, u64::max);
        let told = |it: &enact_ir::ledger::Tally| 3 * it.ledger.len() as u64 + 256;
        let added = contract.program.decisions.iter().map(|it| it.ledger.iter().map(told).sum::<u64>()).max();
        let added = added.unwrap_or(0) + 128;
        let read = most(|it| it.inputs.into(), 1) * (4 * u64::from(MAX_KEY) + 1024);
        let answer = most(|it| it.answer, 4096) + 4096 + read + added;
        Sizes { answer, shared: u64::from(ctx::PATH) + 8 * (most(|it| it.depth.into(), 4) + 4), read, added }
    }

    /// All of them, with the response of a chain, in which a byte of the answer may take six.
    pub(super) fn all(&self) -> u64 {
        7 * self.answer + self.shared + self.read + self.added
    }
}

/// Reads a message into nodes, judges it by a function, and writes what is wrong. message, length → whether it is done.
fn entry(parts: &mut Parts<'_>, name: &str, body: FunctionId) -> crate::code::Function {
    let mut it = Build::new(name, &[Ty::Ptr, Ty::I32], &[Ty::I32]);
    let (text, length) = (it.param(0), it.param(1));
    let sizes = Sizes::new(parts.contract);
    let cells = parts.cells();
    let bytes = |n: u64| i32(i32::try_from(n).unwrap_or(i32::MAX));
    let start = parts.alloc(&mut it, bytes(sizes.answer));
    it.store(Width::Eight, cells.clone(), cell::ANSWER, start.clone());
    it.store(Width::Eight, cells.clone(), cell::END, start.clone());
    it.store(Width::Eight, cells.clone(), cell::NUMBER, i64(0));
    it.store(Width::Four, cells.clone(), cell::NAME_LENGTH, i32(0));
    let shared = parts.alloc(&mut it, bytes(sizes.shared));
    it.store(Width::Eight, cells.clone(), cell::SHARED, shared.clone());
    it.store(Width::Four, shared.clone(), ctx::DEPTH, i32(0));
    let read = parts.alloc(&mut it, bytes(sizes.read));
    it.store(Width::Eight, cells.clone(), cell::READ, read.clone());
    it.store(Width::Eight, cells.clone(), cell::READ_END, read);
    let added = parts.alloc(&mut it, bytes(sizes.added));
    it.store(Width::Eight, cells.clone(), cell::ADDED, added.clone());
    it.store(Width::Eight, cells.clone(), cell::ADDED_END, added);
    let wrong = it.var(i32(why::TOO_LARGE));
    it.when(le(length.clone(), i32(MAX_MESSAGE.cast_signed())), |it| {
        let copy = parts.alloc(it, length.clone());
        parts.runtime().call_one(it, Helper::Append, Ty::Ptr, vec![copy.clone(), text.clone(), length.clone()]);
        it.store(Width::Eight, cells.clone(), cell::ORIGINAL, copy);
        it.set(wrong, i32(why::JSON));
        let fine = it.call(parts.ids.open, &[Ty::I32], vec![text, length]).pop().unwrap_or(i32(0));
        it.when(fine, |it| {
            let judged = it.call(body, &[Ty::I32], Vec::new()).pop().unwrap_or(i32(0));
            it.set(wrong, judged);
        });
    });
    it.when(lt(i32(0), Expr::Get(wrong)), |it| {
        let key = [load_ptr(cells.clone(), cell::WRONG), load_i32(cells.clone(), cell::WRONG_LENGTH)];
        let args = [vec![start, shared, Expr::Get(wrong)], key.to_vec()].concat();
        let end = parts.runtime().call_one(it, Helper::PrintRefusal, Ty::Ptr, args);
        it.store(Width::Eight, cells.clone(), cell::END, end);
    });
    it.push(Stmt::Return(vec![not(Expr::Get(wrong))]));
    it.finish(false)
}

/// The only member of the message: its name; its body is node 2. Fails where there is another number of members.
fn only_member(parts: &mut Parts<'_>, it: &mut Build) -> [Expr; 2] {
    let shared = parts.shared(it);
    let [text, nodes] = [ctx::TEXT, ctx::NODES].map(|at| it.keep(load_ptr(shared.clone(), at)));
    it.when(ne(word(&nodes, i32(0), KIND), i32(kind::OBJECT)), |it| fail(it, &shared, why::NO_OBJECT, 0));
    let end = it.keep(word(&nodes, i32(0), NEXT));
    let one = and(lt(i32(1), end.clone()), eq(word(&nodes, i32(1), NEXT), end));
    it.when(not(one), |it| fail(it, &shared, why::MESSAGE, 0));
    let length = it.keep(word(&nodes, i32(1), LENGTH));
    let key = it.keep(beyond(text, word(&nodes, i32(1), AT)));
    it.store(Width::Eight, parts.cells(), cell::NAME, key.clone());
    it.store(Width::Four, parts.cells(), cell::NAME_LENGTH, length.clone());
    [key, length]
}

/// A message that changes state.
fn execute(parts: &mut Parts<'_>, others: [FunctionId; 5]) -> crate::code::Function {
    let mut it = Build::new("execute_message", &[], &[Ty::I32]);
    let name = only_member(parts, &mut it);
    for n in 0..parts.contract.lowered.len() {
        let Some((own, said)) = parts.contract.lowered.get(n).map(|it| (it.name.clone(), it.said.clone())) else {
            continue;
        };
        let same = parts.is_text(&mut it, &name, &own);
        it.when(same, |it| {
            let done = it.call(parts.ids.execute, &[Ty::I32], vec![said, i32(2)]);
            it.push(Stmt::Return(done));
        });
    }
    for (own, function) in NAMES.into_iter().zip(others) {
        let same = parts.is_text(&mut it, &name, own);
        it.when(same, |it| {
            let done = it.call(function, &[Ty::I32], vec![i32(2)]);
            it.push(Stmt::Return(done));
        });
    }
    give_why(&mut it, i32(why::MESSAGE));
    it.finish(false)
}

/// The kind of record that a body names: what is said of it. Fails where there is none.
fn kind_of(parts: &mut Parts<'_>, it: &mut Build, body: &Expr, all: &[Kind]) -> Expr {
    let name = parts.text(it, body, "record", Given::Needed);
    let shared = parts.shared(it);
    let (table, count) = {
        let program = parts.program();
        tables::kinds(parts.runtime(), &program, all)
    };
    let one = it.var(table);
    let left = it.var(i32(count.cast_signed()));
    it.repeat(|it| {
        it.when(not(Expr::Get(left)), |it| fail(it, &shared, why::NO_CASE, 1));
        let now = Expr::Get(one);
        let own = vec![shape::constant(&now, of::NAME), load_i32(now, of::NAME + 4)];
        let args = [name.to_vec(), own].concat();
        let same = parts.runtime().call_one(it, Helper::TextEqual, Ty::I32, args);
        it.when(same, |it| it.push(Stmt::Break(0)));
        it.set(one, beyond(Expr::Get(one), i32(of::BYTES.cast_signed())));
        it.set(left, op(Binary::Sub, Ty::I32, Expr::Get(left), i32(1)));
    });
    Expr::Get(one)
}

/// Writes or removes a record, by its issuer. body → what is wrong, or 0.
fn record(parts: &mut Parts<'_>, all: &[Kind], put: bool) -> crate::code::Function {
    let mut it = Build::new(if put { "put_record" } else { "remove_record" }, &[Ty::I32], &[Ty::I32]);
    let body = it.param(0);
    let names = ["record", "key", "value"];
    parts.members(&mut it, &body, names.get(..if put { 3 } else { 2 }).unwrap_or_default());
    let kind = kind_of(parts, &mut it, &body, all);
    let key = parts.text(&mut it, &body, "key", Given::Needed);
    let issuer = [shape::constant(&kind, of::ISSUER), load_i32(kind.clone(), of::ISSUER + 4)];
    parts.only_by(&mut it, issuer);
    let prefix = [shape::constant(&kind, of::PREFIX), load_i32(kind.clone(), of::PREFIX + 4)];
    let place = it.call(parts.ids.record_key, &[Ty::Ptr, Ty::I32], [prefix, key].concat());
    if put {
        value(parts, &mut it, &body, &kind, &place);
    } else {
        let found = it.call(parts.host.get, &[Ty::I32, Ty::Ptr, Ty::I32], place.clone());
        let shared = parts.shared(&mut it);
        let none = not(found.into_iter().next().unwrap_or(i32(0)));
        it.when(none, |it| fail(it, &shared, why::NO_RECORD, 0));
        it.call(parts.host.remove, &[], place);
    }
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}

/// Reads the value as its kind of record and keeps it as it was written.
fn value(parts: &mut Parts<'_>, it: &mut Build, body: &Expr, kind: &Expr, place: &[Expr]) {
    let shared = parts.at(it, "value");
    let node = parts.find(it, body, "value");
    it.when(not(node.clone()), |it| fail(it, &shared, why::NEEDED, 1));
    let nodes = it.keep(load_ptr(shared.clone(), ctx::NODES));
    let what = it.keep(word(&nodes, node.clone(), KIND));
    let null = it.keep(eq(what.clone(), i32(self::kind::NULL)));
    it.when(not(or(null.clone(), eq(what, i32(self::kind::OBJECT)))), |it| fail(it, &shared, why::NO_OBJECT, 1));
    let length = it.var(i32(4));
    it.when(not(null), |it| it.set(length, word(&nodes, node.clone(), LENGTH)));
    it.when(lt(i32(MAX_RECORD.cast_signed()), Expr::Get(length)), |it| fail(it, &shared, why::TOO_LARGE, 1));
    let size = it.keep(load_i32(kind.clone(), of::IN_SIZE));
    let base = parts.alloc(it, size.clone());
    parts.runtime().call_none(it, Helper::Clear, vec![base.clone(), size]);
    let lists = parts.alloc(it, load_i32(kind.clone(), of::LISTS));
    it.store(Width::Eight, shared.clone(), ctx::LISTS, lists);
    let args = vec![shared.clone(), node.clone(), shape::constant(kind, of::SHAPE), base, i32(1)];
    let wrong = parts.runtime().call_one(it, Helper::JsonFact, Ty::I32, args);
    it.when(wrong.clone(), |it| give_why(it, wrong));
    let from = beyond(load_ptr(parts.cells(), cell::ORIGINAL), word(&nodes, node, AT));
    it.call(parts.host.set, &[], [place.to_vec(), vec![from, Expr::Get(length)]].concat());
}

/// The state key of a named issuer, who must be one of the policy's.
fn issuer_key(parts: &mut Parts<'_>, it: &mut Build, name: &[Expr; 2], all: &[Kind], depth: i32) -> Vec<Expr> {
    let shared = parts.shared(it);
    let known = it.var(i32(0));
    for issuer in kinds::issuers(all) {
        let same = parts.is_text(it, name, issuer);
        it.set(known, or(Expr::Get(known), same));
    }
    it.when(not(Expr::Get(known)), |it| fail(it, &shared, why::NO_CASE, depth));
    let [prefix, length] = parts.constant("issuer.");
    it.call(parts.ids.record_key, &[Ty::Ptr, Ty::I32], [vec![prefix, length], name.to_vec()].concat())
}

/// Gives an issuer an address, by the administrator.
fn appoint(parts: &mut Parts<'_>, all: &[Kind]) -> crate::code::Function {
    let mut it = Build::new("appoint", &[Ty::I32], &[Ty::I32]);
    let body = it.param(0);
    parts.members(&mut it, &body, &["issuer", "address"]);
    let admin = parts.constant("admin");
    parts.only_by(&mut it, admin);
    let name = parts.text(&mut it, &body, "issuer", Given::Needed);
    let key = issuer_key(parts, &mut it, &name, all, 1);
    let address = parts.text(&mut it, &body, "address", Given::Needed);
    it.call(parts.host.set, &[], [key, address.to_vec()].concat());
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}

/// Hands the administration over.
fn set_admin(parts: &mut Parts<'_>) -> crate::code::Function {
    let mut it = Build::new("set_admin", &[Ty::I32], &[Ty::I32]);
    let body = it.param(0);
    parts.members(&mut it, &body, &["address"]);
    let admin = parts.constant("admin");
    parts.only_by(&mut it, admin.clone());
    let address = parts.text(&mut it, &body, "address", Given::Needed);
    it.call(parts.host.set, &[], [admin, address].concat());
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}

/// Copies what stands under a state key to the answer. Fails where nothing stands there.
fn show(parts: &mut Parts<'_>, it: &mut Build, key: Vec<Expr>) {
    let shared = parts.shared(it);
    let found = it.call(parts.host.get, &[Ty::I32, Ty::Ptr, Ty::I32], key);
    let [there, text, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
    it.when(not(there), |it| fail(it, &shared, why::NO_RECORD, 0));
    it.store(Width::Eight, parts.cells(), cell::ANSWER, text.clone());
    it.store(Width::Eight, parts.cells(), cell::END, beyond(text, length));
    give_why(it, i32(why::FINE));
}

/// A question.
fn query(parts: &mut Parts<'_>) -> crate::code::Function {
    let mut it = Build::new("query_message", &[], &[Ty::I32]);
    let name = only_member(parts, &mut it);
    let body = i32(2);
    for (own, mode) in [("decide", mode::DECIDE), ("explain", mode::EXPLAIN), ("needs", mode::NEEDS)] {
        let same = parts.is_text(&mut it, &name, own);
        it.when(same, |it| {
            let done = it.call(parts.ids.ask, &[Ty::I32], vec![body.clone(), i32(mode)]);
            it.push(Stmt::Return(done));
        });
    }
    let same = parts.is_text(&mut it, &name, "status");
    it.when(same, |it| {
        parts.members(it, &body, &["number"]);
        let number = parts.number(it, &body);
        let key = parts.numbered(it, "decision.", number);
        show(parts, it, key);
    });
    let same = parts.is_text(&mut it, &name, "policy");
    it.when(same, |it| {
        parts.members(it, &body, &[]);
        let versions = parts.constant("policy");
        let number = it.call(parts.ids.number, &[Ty::I64, Ty::I64], versions.to_vec()).into_iter().next();
        let key = parts.numbered(it, "policy.", number.unwrap_or(i64(0)));
        show(parts, it, key);
    });
    let same = parts.is_text(&mut it, &name, "state");
    it.when(same, |it| {
        parts.members(it, &body, &["key"]);
        let key = parts.text(it, &body, "key", Given::Needed);
        show(parts, it, key.to_vec());
    });
    give_why(&mut it, i32(why::MESSAGE));
    it.finish(false)
}

/// Notes this version of the policy.
fn version(parts: &mut Parts<'_>, it: &mut Build) {
    let versions = parts.constant("policy");
    let number = it.call(parts.ids.count_up, &[Ty::I64], versions.to_vec()).pop().unwrap_or(i64(0));
    let key = parts.numbered(it, "policy.", number.clone());
    let start = parts.answer(it);
    let policy = serde_json::Value::from(parts.program().policy.as_str());
    let at = parts.append(it, &start, "{\"version\":");
    let at = parts.runtime().call_one(it, Helper::PrintNumber, Ty::Ptr, vec![at, number, i64(0), i32(0), i32(0)]);
    let text = format!(",\"policy\":{policy},\"hash\":\"{}\",\"height\":", parts.hash());
    let at = parts.append(it, &at, &text);
    let cells = parts.cells();
    let of_cell = |at: u32, length: u32| [load_ptr(cells.clone(), at), load_i32(cells.clone(), length)];
    let args = [vec![at], of_cell(cell::HEIGHT, cell::HEIGHT_LENGTH).to_vec()].concat();
    let at = parts.runtime().call_one(it, Helper::Append, Ty::Ptr, args);
    let at = parts.append(it, &at, ",\"time\":");
    let args = [vec![at], of_cell(cell::TIME, cell::TIME_LENGTH).to_vec()].concat();
    let at = parts.runtime().call_one(it, Helper::PrintText, Ty::Ptr, args);
    let end = parts.append(it, &at, "}");
    it.store(Width::Eight, cells, cell::END, end.clone());
    let bytes = parts.between(it, &start, &end);
    it.call(parts.host.set, &[], [key, vec![start, bytes]].concat());
}

/// The first message: who administers, and who issues what.
fn instantiate(parts: &mut Parts<'_>, all: &[Kind]) -> crate::code::Function {
    let mut it = Build::new("instantiate_message", &[], &[Ty::I32]);
    let body = i32(0);
    parts.members(&mut it, &body, &["admin", "issuers"]);
    let [text, length] = parts.text(&mut it, &body, "admin", Given::Maybe);
    let [admin, admin_length] = [it.var(text), it.var(length)];
    let [sender, sender_length] = parts.sender();
    it.when(not(Expr::Get(admin_length)), |it| {
        it.set(admin, sender);
        it.set(admin_length, sender_length);
    });
    let key = parts.constant("admin");
    it.call(parts.host.set, &[], [key.to_vec(), vec![Expr::Get(admin), Expr::Get(admin_length)]].concat());
    let issuers = parts.object(&mut it, &body, "issuers");
    it.when(issuers.clone(), |it| {
        let shared = parts.shared(it);
        let [text, nodes] = [ctx::TEXT, ctx::NODES].map(|at| it.keep(load_ptr(shared.clone(), at)));
        let end = it.keep(word(&nodes, issuers.clone(), NEXT));
        let n = it.var(add(issuers, i32(1)));
        it.repeat(|it| {
            it.when(le(end, Expr::Get(n)), |it| it.push(Stmt::Break(0)));
            let length = it.keep(word(&nodes, Expr::Get(n), LENGTH));
            let name = [it.keep(beyond(text, word(&nodes, Expr::Get(n), AT))), length];
            let key = issuer_key(parts, it, &name, all, 1);
            let found = it.call(parts.ids.text_in, &[Ty::I32, Ty::Ptr, Ty::I32], vec![add(Expr::Get(n), i32(1))]);
            let mut found = found.into_iter();
            let wrong = found.next().unwrap_or(i32(0));
            it.when(wrong.clone(), |it| {
                it.store(Width::Four, shared.clone(), ctx::DEPTH, i32(1));
                give_why(it, wrong);
            });
            it.call(parts.host.set, &[], key.into_iter().chain(found).collect());
            let next = word(&nodes, Expr::Get(n), NEXT);
            it.set(n, next);
        });
    });
    version(parts, &mut it);
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}

/// Another version of the policy takes over; the chain says who may do that.
fn migrate(parts: &mut Parts<'_>) -> crate::code::Function {
    let mut it = Build::new("migrate_message", &[], &[Ty::I32]);
    parts.members(&mut it, &i32(0), &[]);
    version(parts, &mut it);
    give_why(&mut it, i32(why::FINE));
    it.finish(false)
}
