//! A contract in the making, with what its functions have in common: cells, texts, members of messages, and how they fail.

use super::{Contract, Host, MAX_KEY, cell};
use crate::code::{Expr, Function, FunctionId, Stmt, Ty, Width};
use crate::lower::build::{
    Blocks, Build, and, beyond, bytes_between, eq, i32, i64, load_i32, load_ptr, long, lt, ne, not,
};
use crate::runtime::json::fact::{self, ctx, step, why};
use crate::runtime::json::shape::member;
use crate::runtime::json::{AT, KIND, LENGTH, kind, word};
use crate::runtime::{Helper, Runtime};
use enact_ir::Verified;
use std::sync::Arc;

/// What a function that judges a message gives where the answer stands already and nothing may change.
pub(super) const FINISHED: i32 = -1;

/// Whether a member has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Needed,
    Maybe,
}

/// Functions of a contract that others call.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    pub(super) encode: FunctionId,
    pub(super) number: FunctionId,
    pub(super) count_up: FunctionId,
    pub(super) is_sender: FunctionId,
    pub(super) open: FunctionId,
    pub(super) record_key: FunctionId,
    pub(super) note: FunctionId,
    pub(super) collect: FunctionId,
    pub(super) judge: FunctionId,
    pub(super) answer: FunctionId,
    pub(super) record: FunctionId,
    pub(super) text_in: FunctionId,
    pub(super) key_part: FunctionId,
    pub(super) look_up: FunctionId,
    pub(super) count: FunctionId,
    pub(super) execute: FunctionId,
    pub(super) ask: FunctionId,
}

/// A contract with the functions that are there so far.
pub(super) struct Parts<'c> {
    pub(super) contract: &'c mut Contract,
    pub(super) host: Host,
    pub(super) ids: Ids,
}

/// Leaves a function with what is wrong, which lies so deep.
pub(super) fn fail(it: &mut Build, shared: &Expr, why: i32, depth: i32) {
    it.store(Width::Four, shared.clone(), ctx::DEPTH, i32(depth));
    give_why(it, i32(why));
}

/// Leaves a function with what is wrong.
pub(super) fn give_why(it: &mut Build, why: Expr) {
    it.push(Stmt::Return(vec![why]));
}

/// The place and the length of the name of a member.
pub(super) fn name_of(declared: &Expr) -> [Expr; 2] {
    [load_i32(declared.clone(), member::NAME), load_i32(declared.clone(), member::NAME + 4)]
}

impl Parts<'_> {
    pub(super) fn runtime(&mut self) -> &mut Runtime {
        &mut self.contract.runtime
    }

    pub(super) fn program(&self) -> Arc<Verified> {
        self.contract.program.clone()
    }

    pub(super) fn cells(&self) -> Expr {
        self.contract.cells.clone()
    }

    pub(super) fn hash(&self) -> String {
        self.contract.hash.clone()
    }

    pub(super) fn alloc(&self, it: &mut Build, bytes: Expr) -> Expr {
        it.call(self.contract.alloc, &[Ty::Ptr], vec![bytes]).pop().unwrap_or(Expr::Data(0))
    }

    /// What the functions that read JSON share.
    pub(super) fn shared(&self, it: &mut Build) -> Expr {
        it.keep(load_ptr(self.cells(), cell::SHARED))
    }

    /// Where the answer begins.
    pub(super) fn answer(&self, it: &mut Build) -> Expr {
        it.keep(load_ptr(self.cells(), cell::ANSWER))
    }

    pub(super) fn sender(&self) -> [Expr; 2] {
        [load_ptr(self.cells(), cell::SENDER), load_i32(self.cells(), cell::SENDER_LENGTH)]
    }

    /// Bytes from one address to another.
    pub(super) fn between(&self, it: &mut Build, from: &Expr, to: &Expr) -> Expr {
        it.keep(bytes_between(from.clone(), to.clone()))
    }

    /// A text that is known now, and its length.
    pub(super) fn constant(&mut self, text: &str) -> [Expr; 2] {
        let at = self.runtime().text_at(text.as_bytes());
        [Expr::Data(at), i32(i32::try_from(text.len()).unwrap_or(i32::MAX))]
    }

    /// Writes a text that is known now; where it ends.
    pub(super) fn append(&mut self, it: &mut Build, out: &Expr, text: &str) -> Expr {
        let [at, length] = self.constant(text);
        self.runtime().call_one(it, Helper::Append, Ty::Ptr, vec![out.clone(), at, length])
    }

    pub(super) fn is_text(&mut self, it: &mut Build, [text, length]: &[Expr; 2], wanted: &str) -> Expr {
        let [other, count] = self.constant(wanted);
        self.runtime().call_one(it, Helper::TextEqual, Ty::I32, vec![text.clone(), length.clone(), other, count])
    }

    /// The name of a decision that may be asked for, and what is said of it.
    pub(super) fn decision(&self, n: usize) -> Option<(String, Expr)> {
        let lowered = self.contract.lowered.get(n)?;
        (!lowered.gives_keys).then(|| (lowered.name.clone(), lowered.said.clone()))
    }

    /// The path is one name; what the functions share.
    pub(super) fn at(&mut self, it: &mut Build, name: &str) -> Expr {
        let shared = self.shared(it);
        let at = self.runtime().text_at(name.as_bytes());
        let length = i32(i32::try_from(name.len()).unwrap_or(i32::MAX));
        step(it, &shared, &i32(0), [i32(at.cast_signed()), length]);
        shared
    }

    /// Fails where an object has a key that no member of a shape has.
    pub(super) fn only(&mut self, it: &mut Build, text: &Expr, nodes: &Expr, object: Expr, shape: Expr) {
        let args = vec![text.clone(), nodes.clone(), object, shape];
        let other = self.runtime().call_one(it, Helper::JsonUnknown, Ty::I32, args);
        let (text, nodes) = (text.clone(), nodes.clone());
        let cells = self.cells();
        it.when(other.clone(), |it| {
            it.store(Width::Eight, cells.clone(), cell::WRONG, beyond(text, word(&nodes, other.clone(), AT)));
            it.store(Width::Four, cells, cell::WRONG_LENGTH, word(&nodes, other, LENGTH));
            give_why(it, i32(why::UNKNOWN));
        });
    }

    /// Fails where the body is no object, or has members beside these.
    pub(super) fn members(&mut self, it: &mut Build, body: &Expr, names: &[&str]) {
        let shared = self.shared(it);
        let [text, nodes] = [ctx::TEXT, ctx::NODES].map(|at| it.keep(load_ptr(shared.clone(), at)));
        let object = ne(word(&nodes, body.clone(), KIND), i32(kind::OBJECT));
        it.when(object, |it| fail(it, &shared, why::NO_OBJECT, 0));
        let shape = self.names(names);
        self.only(it, &text, &nodes, body.clone(), shape);
    }

    /// The shape of an object of which only the names are known.
    fn names(&mut self, names: &[&str]) -> Expr {
        let bytes = |words: &[u32]| words.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<u8>>();
        let runtime = self.runtime();
        let mut members = Vec::new();
        for name in names {
            let at = runtime.text_at(name.as_bytes());
            let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
            let path = runtime.data_at(&bytes(&[at, length, fact::hash(name.as_bytes())]));
            members.extend([at, length, 0, 0, 0, path, 1]);
        }
        let parts = runtime.data_at(&bytes(&members));
        let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
        Expr::Data(runtime.data_at(&bytes(&[0, 0, 0, 0, 0, parts, count, 0, 0])))
    }

    pub(super) fn find(&mut self, it: &mut Build, body: &Expr, name: &str) -> Expr {
        let shared = self.shared(it);
        let [key, length] = self.constant(name);
        let hash = i32(fact::hash(name.as_bytes()).cast_signed());
        let args = vec![
            load_ptr(shared.clone(), ctx::TEXT),
            load_ptr(shared, ctx::NODES),
            body.clone(),
            key,
            length,
            hash,
            i32(0),
        ];
        self.runtime().call_one(it, Helper::JsonFind, Ty::I32, args)
    }

    /// A text of the body, of 1 to [`MAX_KEY`] bytes; no bytes where it is not there.
    pub(super) fn text(&mut self, it: &mut Build, body: &Expr, name: &str, given: Given) -> [Expr; 2] {
        let shared = self.at(it, name);
        let node = self.find(it, body, name);
        let found = it.call(self.ids.text_in, &[Ty::I32, Ty::Ptr, Ty::I32], vec![node.clone()]);
        let [wrong, text, length] = <[Expr; 3]>::try_from(found).unwrap_or_else(|_| [i32(0), Expr::Data(0), i32(0)]);
        it.when(wrong.clone(), |it| {
            it.store(Width::Four, shared.clone(), ctx::DEPTH, i32(1));
            give_why(it, wrong);
        });
        if given == Given::Needed {
            it.when(not(node), |it| fail(it, &shared, why::NEEDED, 1));
        }
        [text, length]
    }

    /// The member `number` of the body: a whole number above 0.
    pub(super) fn number(&mut self, it: &mut Build, body: &Expr) -> Expr {
        let shared = self.at(it, "number");
        let node = self.find(it, body, "number");
        it.when(not(node.clone()), |it| fail(it, &shared, why::NEEDED, 1));
        let [text, nodes] = [ctx::TEXT, ctx::NODES].map(|at| it.keep(load_ptr(shared.clone(), at)));
        it.when(ne(word(&nodes, node.clone(), KIND), i32(kind::NUMBER)), |it| fail(it, &shared, why::NO_WHOLE, 1));
        let whole = self.runtime().helper(Helper::JsonWhole);
        let args = vec![beyond(text, word(&nodes, node.clone(), AT)), word(&nodes, node, LENGTH)];
        let read = it.call(whole, &[Ty::I32, Ty::I64, Ty::I64], args);
        let [wrong, low, high] = <[Expr; 3]>::try_from(read).unwrap_or_else(|_| [i32(0), i64(0), i64(0)]);
        let fine = and(eq(wrong, i32(0)), and(long::eq(high, i64(0)), long::lt(i64(0), low.clone())));
        it.when(not(fine), |it| fail(it, &shared, why::BAD_NUMBER, 1));
        low
    }

    /// The state key of something that is counted, and its length.
    pub(super) fn numbered(&mut self, it: &mut Build, prefix: &str, number: Expr) -> Vec<Expr> {
        let room = self.alloc(it, i32(256));
        let at = self.append(it, &room, prefix);
        let args = vec![at, number, i64(0), i32(0), i32(0)];
        let end = self.runtime().call_one(it, Helper::PrintNumber, Ty::Ptr, args);
        let length = self.between(it, &room, &end);
        vec![room, length]
    }

    /// An object of the body; 0 where it is not there.
    pub(super) fn object(&mut self, it: &mut Build, body: &Expr, name: &str) -> Expr {
        let shared = self.at(it, name);
        let node = self.find(it, body, name);
        let other = ne(word(&load_ptr(shared.clone(), ctx::NODES), node.clone(), KIND), i32(kind::OBJECT));
        it.when(and(ne(node.clone(), i32(0)), other), |it| fail(it, &shared, why::NO_OBJECT, 1));
        node
    }

    /// Fails where the address under a state key is not the sender's.
    pub(super) fn only_by(&mut self, it: &mut Build, [key, length]: [Expr; 2]) {
        let shared = self.shared(it);
        let own = it.call(self.ids.is_sender, &[Ty::I32], vec![key, length]).pop().unwrap_or(i32(0));
        it.when(not(own), |it| fail(it, &shared, why::UNAUTHORIZED, 0));
    }

    pub(super) fn add(&mut self, function: Function) -> FunctionId {
        self.runtime().add(function)
    }
}

/// a node, or 0 → what is wrong, its text, the length.
pub(super) fn text_in(parts: &Parts<'_>) -> Function {
    let mut it = Build::new("text_in", &[Ty::I32], &[Ty::I32, Ty::Ptr, Ty::I32]);
    let node = it.param(0);
    let shared = parts.shared(&mut it);
    let give = |it: &mut Build, why: i32| it.push(Stmt::Return(vec![i32(why), Expr::Data(0), i32(0)]));
    it.when(not(node.clone()), |it| give(it, why::FINE));
    let nodes = it.keep(load_ptr(shared.clone(), ctx::NODES));
    it.when(ne(word(&nodes, node.clone(), KIND), i32(kind::TEXT)), |it| give(it, why::NO_TEXT));
    let length = it.keep(word(&nodes, node.clone(), LENGTH));
    it.when(lt(i32(MAX_KEY.cast_signed()), length.clone()), |it| give(it, why::TOO_LONG));
    it.when(eq(length.clone(), i32(0)), |it| give(it, why::NEEDED));
    let text = beyond(load_ptr(shared, ctx::TEXT), word(&nodes, node, AT));
    it.push(Stmt::Return(vec![i32(why::FINE), text, length]));
    it.finish(false)
}
