//! Functions and statements: every form, loops that end, and calls of earlier functions only.

use super::choices::Choices;
use super::expressions::widths;
use super::{BLOCK, BYTES, Kind, MAX_COST, SLOT_SIZES, SLOTS, Signature};
use crate::code::{Binary, Expr, Function, Local, Stmt, Ty, Width};

struct Var {
    kind: Kind,
    /// Whether expressions may use it.
    read: bool,
    /// Whether statements may set it.
    write: bool,
}

pub(super) struct Author<'a, 'c> {
    pub(super) choices: &'a mut Choices<'c>,
    /// The size of the constants.
    pub(super) data: u32,
    /// How many statements a call takes at most.
    pub(super) cost: u64,
    /// The functions that may be called.
    earlier: &'a [Signature],
    params: &'a [Kind],
    results: &'a [Kind],
    vars: Vec<Var>,
    /// How many loops are around.
    loops: u32,
    /// How often the statement may be run in a call.
    times: u64,
}

impl<'a, 'c> Author<'a, 'c> {
    pub(super) fn new(
        choices: &'a mut Choices<'c>,
        data: u32,
        earlier: &'a [Signature],
        params: &'a [Kind],
        results: &'a [Kind],
    ) -> Author<'a, 'c> {
        let vars = params.iter().map(|kind| Var { kind: *kind, read: true, write: *kind != Kind::Root }).collect();
        Author { choices, data, cost: 1, earlier, params, results, vars, loops: 0, times: 1 }
    }

    /// Locals that expressions may use.
    pub(super) fn readable(&self) -> impl Iterator<Item = (Local, Kind)> {
        (0..).map(Local).zip(&self.vars).filter(|(_, var)| var.read).map(|(local, var)| (local, var.kind))
    }

    fn var(&mut self, kind: Kind, read: bool, write: bool) -> Local {
        let local = Local(u32::try_from(self.vars.len()).unwrap_or(u32::MAX));
        self.vars.push(Var { kind, read, write });
        local
    }

    /// A function without its name.
    pub(super) fn function(&mut self, entry: bool) -> Function {
        let mut body = Vec::new();
        if entry {
            self.fill_slots(&mut body);
        }
        for _ in 0..self.choices.below(6) {
            match self.choices.below(3) {
                0 => _ = self.var(Kind::I32, true, true),
                1 => _ = self.var(Kind::I64, true, true),
                _ => {
                    let (size, writable) = (1 + self.choices.below(48), self.choices.one_in(2));
                    if let Some(value) = self.pointer(size, writable, 1) {
                        let local = self.var(Kind::Bytes { size, writable }, true, true);
                        body.push(Stmt::Set(local, value));
                    }
                }
            }
        }
        for _ in 0..self.choices.below(12) {
            self.statement(3, &mut body);
        }
        if entry {
            self.show_locals(&mut body);
        }
        self.last(&mut body);
        let types = |kinds: &[Kind]| kinds.iter().map(|kind| kind.ty()).collect();
        let locals = self.vars.iter().skip(self.params.len()).map(|var| var.kind.ty()).collect();
        let (params, results) = (types(self.params), types(self.results));
        Function { name: String::new(), exported: entry, host: false, params, results, locals, body }
    }

    /// Gives the slots of the block their first pointers.
    fn fill_slots(&mut self, body: &mut Vec<Stmt>) {
        let Some(address) = self.root() else { return };
        for (n, at) in [(0, SLOTS as i32), (1, SLOTS as i32 + 8)] {
            let value = Expr::Offset(Box::new(address.clone()), Box::new(Expr::I32(at)));
            body.push(Stmt::Store { width: Width::Eight, address: address.clone(), offset: 8 * n, value });
        }
    }

    /// Writes the integers among the locals behind the bytes that are used freely.
    fn show_locals(&mut self, body: &mut Vec<Stmt>) {
        let Some(address) = self.root() else { return };
        let places = (SLOTS as u32 + BYTES..BLOCK as u32).step_by(8);
        let locals: Vec<_> = self.readable().filter(|(_, kind)| kind.ty() != Ty::Ptr).collect();
        for ((local, kind), offset) in locals.into_iter().zip(places) {
            let width = if kind == Kind::I32 { Width::Four } else { Width::Eight };
            body.push(Stmt::Store { width, address: address.clone(), offset, value: Expr::Get(local) });
        }
    }

    fn block(&mut self, depth: u32) -> Vec<Stmt> {
        let mut block = Vec::new();
        for _ in 0..self.choices.below(5) {
            self.statement(depth, &mut block);
            let left = matches!(block.last(), Some(Stmt::Break(_) | Stmt::Continue(_) | Stmt::Return(_)));
            // Now and then there is something that is never reached.
            if left && !self.choices.one_in(6) {
                break;
            }
        }
        block
    }

    fn statement(&mut self, depth: u32, block: &mut Vec<Stmt>) {
        self.cost += self.times;
        match (self.choices.below(9), depth.checked_sub(1)) {
            (5, Some(_)) if depth < 3 && self.choices.one_in(if self.loops > 0 { 3 } else { 8 }) => {
                block.push(self.leave())
            }
            (1 | 5, _) => block.extend(self.store()),
            (2, _) => block.extend(self.call()),
            (3, _) => block.extend(self.fill_slot()),
            // Whoever leaves early shows little, so it is rare where that means to return.
            (4, _) if self.loops > 0 || self.choices.one_in(4) => {
                let condition = self.condition();
                let leave = self.leave();
                let (yes, no) = if self.choices.one_in(3) { (vec![], vec![leave]) } else { (vec![leave], vec![]) };
                block.push(Stmt::If(condition, yes, no));
            }
            (6, Some(depth)) => {
                let condition = self.condition();
                let (yes, no) = (self.block(depth), self.block(depth));
                block.push(Stmt::If(condition, yes, no));
            }
            (7 | 8, Some(depth)) if self.times < 100 => self.counted(depth, block),
            _ => block.extend(self.set()),
        }
    }

    /// How deep an expression may be.
    fn depth(&mut self) -> u32 {
        1 + self.choices.below(3)
    }

    fn condition(&mut self) -> Expr {
        let depth = self.depth();
        self.int(Ty::I32, depth)
    }

    fn set(&mut self) -> Option<Stmt> {
        let settable = (0..).map(Local).zip(&self.vars).filter(|(_, var)| var.write);
        let settable: Vec<(Local, Kind)> = settable.map(|(local, var)| (local, var.kind)).collect();
        let (local, kind) = self.choices.pick(&settable)?;
        let depth = self.depth();
        Some(Stmt::Set(local, self.value(kind, depth)?))
    }

    fn store(&mut self) -> Option<Stmt> {
        let ty = if self.choices.one_in(2) { Ty::I64 } else { Ty::I32 };
        let width = self.choices.pick(widths(ty))?;
        let offset = self.choices.below(4) * self.choices.below(3);
        let depth = self.depth();
        let address = self.pointer(width.bytes() + offset, true, depth)?;
        Some(Stmt::Store { width, address, offset, value: self.int(ty, depth) })
    }

    /// Another pointer into a slot of the block.
    fn fill_slot(&mut self) -> Option<Stmt> {
        let (n, size) = self.choices.pick(&[(0, SLOT_SIZES[0]), (1, SLOT_SIZES[1])])?;
        let address = self.root()?;
        Some(Stmt::Store { width: Width::Eight, address, offset: 8 * n, value: self.pointer(size, true, 2)? })
    }

    fn call(&mut self) -> Option<Stmt> {
        let all: &'a [Signature] = self.earlier;
        let affordable = |it: &&Signature| self.cost + self.times * it.cost < MAX_COST;
        let callees: Vec<&Signature> = all.iter().filter(affordable).collect();
        let callee = self.choices.pick(&callees)?;
        let args = callee.params.iter().map(|kind| self.value(*kind, 2)).collect::<Option<Vec<_>>>()?;
        let mut results: Vec<Local> = Vec::new();
        for kind in &callee.results {
            let settable = (0..).map(Local).zip(&self.vars).filter(|(_, var)| var.write && var.kind.takes(*kind));
            let settable: Vec<Local> = settable.map(|(local, _)| local).filter(|it| !results.contains(it)).collect();
            // A new pointer is nothing before the call, which need not be reached; so nobody reads it.
            let local = self.choices.pick(&settable);
            results.push(local.unwrap_or_else(|| self.var(*kind, kind.ty() != Ty::Ptr, true)));
        }
        self.cost += self.times * callee.cost;
        Some(Stmt::Call { function: callee.id, args, results })
    }

    /// Out of what is around.
    fn leave(&mut self) -> Stmt {
        match self.choices.below(5) {
            0 | 1 if self.loops > 0 => Stmt::Break(self.choices.below(self.loops)),
            2 | 3 if self.loops > 0 => Stmt::Continue(self.choices.below(self.loops)),
            _ => self.done(),
        }
    }

    fn done(&mut self) -> Stmt {
        let depth = self.depth();
        // Where a result is a pointer, a parameter is one that will do.
        Stmt::Return(self.results.iter().filter_map(|kind| self.value(*kind, depth)).collect())
    }

    /// A loop of a few turns at most.
    fn counted(&mut self, depth: u32, block: &mut Vec<Stmt>) {
        let (counter, more, turns) = self.counter(block);
        let times = self.times;
        self.times *= u64::from(turns);
        self.loops += 1;
        let body = self.block(depth);
        self.loops -= 1;
        self.times = times;
        block.push(Stmt::Loop(if self.choices.one_in(2) {
            let turn = std::iter::once(counter).chain(body).collect();
            vec![Stmt::If(more, turn, vec![Stmt::Break(0)])]
        } else {
            let check = Stmt::If(more, vec![], vec![Stmt::Break(0)]);
            [check, counter].into_iter().chain(body).collect()
        }));
    }

    /// A counter, which begins at 0 here: how it is raised, whether there are more turns, and how many there are at most.
    fn counter(&mut self, block: &mut Vec<Stmt>) -> (Stmt, Expr, u32) {
        let local = self.var(Kind::I32, true, false);
        block.push(Stmt::Set(local, Expr::I32(0)));
        let bound = match self.choices.below(3) {
            2 => Expr::Binary(Binary::And, Ty::I32, Box::new(self.int(Ty::I32, 1)), Box::new(Expr::I32(3))),
            _ => Expr::I32(1 + self.choices.below(5).cast_signed()),
        };
        let binary = |op, b| Expr::Binary(op, Ty::I32, Box::new(Expr::Get(local)), Box::new(b));
        let raise = Stmt::Set(local, binary(Binary::Add, Expr::I32(1)));
        let turns = if let Expr::I32(n) = bound { n.unsigned_abs() } else { 3 };
        (raise, binary(Binary::LtU, bound), turns)
    }

    /// The end of a function, where every way returns.
    fn last(&mut self, body: &mut Vec<Stmt>) {
        match self.choices.below(6) {
            3 => {
                let condition = self.condition();
                let (yes, no) = (self.done(), self.done());
                body.push(Stmt::If(condition, vec![yes], vec![no]));
            }
            4 => {
                let done = self.done();
                body.push(Stmt::Loop(vec![done]));
            }
            5 => {
                let (counter, more, turns) = self.counter(body);
                let times = std::mem::replace(&mut self.times, u64::from(turns));
                // No break may leave this loop, so it is not counted among those around.
                let turn = std::iter::once(counter).chain(self.block(1)).collect();
                self.times = times;
                let done = self.done();
                body.push(Stmt::Loop(vec![Stmt::If(more, turn, vec![done])]));
            }
            _ => {
                let done = self.done();
                body.push(done);
            }
        }
    }
}
