//! The trace: which exceptions applied and which figures were read, as bits.
//!
//! While a decision is lowered, the steps that count for a value are kept as a tree of bits under conditions; code is made of it only where a binding or a loop ends,
//! and at the end of the decision. Without trace the tree is always empty.

use super::Lower;
use super::build::{Blocks, eq, i32, i64, long, select, unary};
use crate::code::{Binary, Expr, Local, Ty, Unary};
use enact_ir::interp::Step;
use enact_ir::{Decision, ExprKind, Program, TableId};
use std::collections::{BTreeMap, BTreeSet};

/// The steps that count for a value.
#[derive(Clone)]
pub(crate) enum Steps {
    None,
    One(u32),
    /// The bit of the first row, and the row that was read.
    Row(u32, Expr),
    /// Those that have been written into locals, one a word.
    Written(Vec<Local>),
    All(Vec<Steps>),
    When(Expr, Box<Steps>),
}

impl Steps {
    pub(crate) fn and(self, other: Steps) -> Steps {
        match (self, other) {
            (Steps::None, other) => other,
            (some, Steps::None) => some,
            (Steps::All(mut all), other) => {
                all.push(other);
                Steps::All(all)
            }
            (a, b) => Steps::All(vec![a, b]),
        }
    }

    pub(crate) fn when(self, condition: Expr) -> Steps {
        match (self, condition) {
            (Steps::None, _) | (_, Expr::I32(0)) => Steps::None,
            (steps, Expr::I32(_)) => steps,
            (steps, condition) => Steps::When(condition, Box::new(steps)),
        }
    }

    pub(crate) fn all(steps: impl IntoIterator<Item = Steps>) -> Steps {
        steps.into_iter().fold(Steps::None, Steps::and)
    }
}

/// Every step that a decision can make, in order, and the bit of each.
#[derive(Clone, Debug, Default)]
pub struct StepMap {
    /// The steps, by their bits.
    pub steps: Vec<Step>,
    exceptions: BTreeMap<u32, u32>,
    tables: BTreeMap<TableId, u32>,
    /// Of each table, the first row of each version.
    versions: BTreeMap<(TableId, usize), u32>,
}

impl StepMap {
    /// Whether a figure of this table may be read.
    pub(crate) fn reads(&self, table: TableId) -> bool {
        self.tables.contains_key(&table)
    }

    /// The steps of a decision.
    pub fn new(program: &Program, decision: &Decision) -> StepMap {
        let mut map = StepMap::default();
        for (rule, declared) in (0..).zip(&decision.rules) {
            map.exceptions.insert(rule, map.next());
            let all = 0..declared.exceptions.len();
            map.steps.extend(all.map(|exception| Step::Exception { rule, exception }));
        }
        for table in tables(decision) {
            map.tables.insert(table, map.next());
            let versions = program.table_of(table).map(|it| it.versions.as_slice()).unwrap_or_default();
            let mut first = 0;
            for (version, said) in versions.iter().enumerate() {
                map.versions.insert((table, version), first);
                let rows = said.rows.as_ref().map_or(0, Vec::len);
                map.steps.extend((0..rows).map(|row| Step::Figure { table, version, row }));
                first = first.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
            }
        }
        map
    }

    fn next(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// The bit of an exception.
    pub(crate) fn exception(&self, rule: u32, exception: usize) -> u32 {
        let first = self.exceptions.get(&rule).copied().unwrap_or(0);
        first.saturating_add(u32::try_from(exception).unwrap_or(u32::MAX))
    }

    /// The bit of a table's first row.
    pub(crate) fn table(&self, table: TableId) -> u32 {
        self.tables.get(&table).copied().unwrap_or(0)
    }

    /// Words of 64 bits.
    pub(crate) fn words(&self) -> usize {
        self.steps.len().div_ceil(64)
    }
}

/// The tables that a decision reads, in order.
pub(crate) fn tables(decision: &Decision) -> BTreeSet<TableId> {
    let mut found = BTreeSet::new();
    let bindings = decision.bindings.iter().map(|it| &it.value);
    let required = decision.requirements.iter().map(|it| &it.condition);
    let given = decision.outputs.iter().flat_map(|it| it.when.iter().chain([&it.value]));
    let mut open: Vec<&enact_ir::Expr> = bindings.chain(required).chain(given).collect();
    while let Some(expr) = open.pop() {
        if let ExprKind::Lookup { table, .. } = &expr.kind {
            found.insert(*table);
        }
        open.extend(expr.parts());
    }
    found
}

impl Lower<'_> {
    /// Locals for the words of a trace; 0 now, however often this is run.
    pub(crate) fn trace(&mut self) -> Vec<Local> {
        let words = if self.mode.trace { self.steps.words() } else { 0 };
        let locals: Vec<Local> = (0..words).map(|_| self.build.local(Ty::I64)).collect();
        locals.iter().for_each(|local| self.build.push(crate::code::Stmt::Set(*local, i64(0))));
        locals
    }

    /// Adds steps to a trace.
    pub(crate) fn note(&mut self, trace: &[Local], steps: &Steps) {
        match steps {
            Steps::None => {}
            Steps::One(bit) => {
                if let Some(word) = trace.get((bit / 64) as usize) {
                    self.build.set(*word, long::or(Expr::Get(*word), i64((1_u64 << (bit % 64)).cast_signed())));
                }
            }
            Steps::Row(first, row) => {
                let bit = super::build::add(i32(first.cast_signed()), row.clone());
                let bit = self.build.keep(bit);
                let place = super::build::op(Binary::And, Ty::I32, bit.clone(), i32(63));
                let set = self.build.keep(long::shl(i64(1), unary(Unary::ExtendUnsigned, place)));
                let of_word = self.build.keep(super::build::op(Binary::ShrU, Ty::I32, bit, i32(6)));
                for (n, word) in (0..).zip(trace) {
                    let here = select(Ty::I64, eq(of_word.clone(), i32(n)), set.clone(), i64(0));
                    self.build.set(*word, long::or(Expr::Get(*word), here));
                }
            }
            Steps::Written(words) => {
                for (word, more) in trace.iter().zip(words) {
                    self.build.set(*word, long::or(Expr::Get(*word), Expr::Get(*more)));
                }
            }
            Steps::All(all) => all.iter().for_each(|it| self.note(trace, it)),
            Steps::When(condition, steps) => self.when(condition.clone(), |it| it.note(trace, steps)),
        }
    }

    /// The same steps as something small, for what is used more than once.
    pub(crate) fn written(&mut self, steps: Steps) -> Steps {
        match steps {
            Steps::None | Steps::One(_) | Steps::Written(_) => steps,
            steps => {
                let trace = self.trace();
                self.note(&trace, &steps);
                Steps::Written(trace)
            }
        }
    }

    /// One bit, if there is a trace.
    pub(crate) fn step(&self, step: Steps) -> Steps {
        if self.mode.trace { step } else { Steps::None }
    }
}
