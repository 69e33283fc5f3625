//! Decisions into machine code. The meaning is that of `enact_ir::interp`, arm by arm; what the interpreter keeps in a value (missing, a fault, the steps that count) stands
//! here in locals beside it, and leaves no code behind where it cannot happen.

pub mod build;
mod decision;
mod each;
mod figure;
mod held;
pub(crate) mod json;
mod logic;
mod memory;
mod numbers;
mod operations;
mod order;
pub(crate) mod rows;
pub(crate) mod state;
pub(crate) mod steps;
mod table;
mod value;

use crate::code::{FunctionId, Local};
use crate::runtime::Runtime;
use build::{Blocks, Build, i32};
use enact_ir::{Decision, ExprKind, LocalId, Op, Program};
use state::State;
use std::collections::{BTreeMap, BTreeSet};
use steps::{StepMap, Steps};
use value::Val;

pub(crate) use decision::lower;

/// What the code must reckon with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mode {
    /// Facts may be missing.
    pub(crate) may_miss: bool,
    /// The steps that count are wanted.
    pub(crate) trace: bool,
    /// The function that does the whole work in place of this one as soon as anything fails, however little it may count; so nothing here has to reckon with faults.
    pub(crate) instead: Option<FunctionId>,
}

/// A value, and the steps that count for it.
pub(crate) type Judged = (Val, Steps);

/// A decision on its way.
pub(crate) struct Lower<'p> {
    pub(crate) program: &'p Program,
    pub(crate) decision: &'p Decision,
    pub(crate) mode: Mode,
    pub(crate) runtime: &'p mut Runtime,
    pub(crate) build: Build,
    pub(crate) steps: &'p StepMap,
    locals: BTreeMap<LocalId, Judged>,
    /// Bindings that are not evaluated yet.
    waiting: BTreeMap<LocalId, &'p enact_ir::Expr>,
    today: Val,
    /// The leaves of the input that are read, by their bits.
    pub(crate) reads: BTreeSet<u32>,
    /// Where the next list is built.
    pub(crate) arena: Local,
    /// Bytes that may be built at most.
    pub(crate) arena_need: u64,
}

impl Blocks for Lower<'_> {
    fn build(&mut self) -> &mut Build {
        &mut self.build
    }
}

impl<'p> Lower<'p> {
    /// What an expression comes to, with the code for it. The depth of the recursion is that of the expression, which the verifier bounds.
    pub(crate) fn expr(&mut self, expr: &'p enact_ir::Expr) -> Judged {
        match &expr.kind {
            ExprKind::Const(value) => (self.constant(value, &expr.ty), Steps::None),
            ExprKind::Local(local) => self.local(*local, expr),
            ExprKind::Today => (self.today.clone(), Steps::None),
            ExprKind::Op(Op::And, args) => self.connective(args, false),
            ExprKind::Op(Op::Or, args) => self.connective(args, true),
            ExprKind::Op(Op::OrElse, args) => self.or_else(args, &expr.ty),
            ExprKind::Op(Op::Contains, args) => self.contains(args),
            ExprKind::Op(op, args) => {
                let args: Vec<Judged> = args.iter().map(|arg| self.expr(arg)).collect();
                let (values, steps): (Vec<Val>, Vec<Steps>) = args.into_iter().unzip();
                (self.operation(*op, &values, &expr.ty), Steps::all(steps))
            }
            ExprKind::Let(local, value, body) => {
                let (value, steps) = self.expr(value);
                let value = self.deep(&value);
                let steps = self.written(steps);
                self.locals.insert(*local, (value, steps));
                self.expr(body)
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.expr(condition);
                self.branch(condition, &expr.ty, |it| it.expr(then), |it| it.expr(otherwise))
            }
            ExprKind::Choose { rule, exceptions, general } => self.choose(rule.0, exceptions, general, &expr.ty),
            ExprKind::Field(record, place) => {
                let (record, steps) = self.expr(record);
                (self.field(&record, *place, &expr.ty), steps)
            }
            ExprKind::Record(parts) => {
                let (parts, steps): (Vec<Val>, Vec<Steps>) = parts.iter().map(|it| self.expr(it)).unzip();
                (self.record(&parts, &expr.ty), Steps::all(steps))
            }
            ExprKind::List(parts) => {
                let (parts, steps): (Vec<Val>, Vec<Steps>) = parts.iter().map(|it| self.expr(it)).unzip();
                (self.list(&parts, &expr.ty), Steps::all(steps))
            }
            ExprKind::Lookup { table, keys, date } => self.lookup(*table, keys, date.as_deref(), &expr.ty),
            ExprKind::Each { .. } => self.each(expr),
        }
    }

    fn local(&mut self, local: LocalId, expr: &enact_ir::Expr) -> Judged {
        if let Some(value) = self.waiting.remove(&local) {
            let (value, steps) = self.expr(value);
            let value = self.deep(&value);
            let steps = self.written(steps);
            self.locals.insert(local, (value, steps));
        }
        match self.locals.get(&local).cloned() {
            Some(found) => found,
            None => (self.blank(&expr.ty, i32(state::fault(enact_ir::Fault::Absent))), Steps::None),
        }
    }

    /// Evaluates the bindings that an expression reads and that have not been evaluated: here, so that every later use may read them.
    pub(crate) fn prepare(&mut self, expr: &'p enact_ir::Expr) {
        let mut open = vec![expr];
        let mut wanted = Vec::new();
        while let Some(expr) = open.pop() {
            if let ExprKind::Local(local) = &expr.kind
                && let Some(value) = self.waiting.get(local).filter(|_| !wanted.contains(local))
            {
                wanted.push(*local);
                open.push(value);
            }
            open.extend(expr.parts());
        }
        // A binding reads only those before it.
        wanted.sort_unstable();
        for local in wanted {
            if let Some(value) = self.waiting.get(&local).copied() {
                self.local(local, value);
            }
        }
    }

    fn field(&mut self, record: &Val, place: u32, ty: &enact_ir::Type) -> Val {
        match self.read(record) {
            Val::Record(state, parts) => match parts.get(place as usize) {
                Some(part) if state == state::KNOWN => part.clone(),
                Some(part) => {
                    let (own, part) = self.state(part);
                    let both = build::select(crate::code::Ty::I32, state::is_known(state.clone()), own, state);
                    let both = self.build.keep(both);
                    self.with_state(&part, both)
                }
                None => self.blank(ty, i32(state::fault(enact_ir::Fault::Absent))),
            },
            other => other,
        }
    }

    /// The state of parts that make a whole: a fault, or missing because a part may become one; else known, whatever is missing in them.
    fn whole(&mut self, parts: &[Val]) -> State {
        let states: Vec<State> = parts.iter().map(|it| self.state(it).0).collect();
        let all = state::all(&mut self.build, states);
        let open = build::eq(all.clone(), i32(1));
        self.build.keep(build::select(crate::code::Ty::I32, open, state::KNOWN, all))
    }

    fn record(&mut self, parts: &[Val], ty: &enact_ir::Type) -> Val {
        let state = self.whole(parts);
        let value = Val::Record(state, parts.to_vec());
        self.coerce(&value, ty)
    }

    fn list(&mut self, parts: &[Val], ty: &enact_ir::Type) -> Val {
        let state = self.whole(parts);
        let enact_ir::Type::List { element, .. } = ty else { return self.blank(ty, state) };
        let made = self.list_of(element, parts);
        self.with_state(&made, state)
    }
}

/// Nodes of an expression, up to a few.
pub(crate) fn is_small(expr: &enact_ir::Expr) -> bool {
    let mut open = vec![expr];
    let mut seen = 0;
    while let Some(expr) = open.pop() {
        seen += 1;
        let calls = match &expr.kind {
            ExprKind::Lookup { .. } | ExprKind::Each { .. } | ExprKind::Choose { .. } => true,
            ExprKind::Op(op, _) => !matches!(
                op,
                Op::And
                    | Op::Or
                    | Op::Not
                    | Op::Eq
                    | Op::Lt
                    | Op::Le
                    | Op::Add
                    | Op::Sub
                    | Op::IsPresent
                    | Op::Min
                    | Op::Max
            ),
            _ => false,
        };
        if calls || seen > 12 {
            return false;
        }
        open.extend(expr.parts());
    }
    true
}
