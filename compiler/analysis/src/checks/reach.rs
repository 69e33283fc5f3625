//! On which days a dated figure can be asked for: the range of dates of every lookup, narrowed by the conditions that stand before it.
//!
//! A fault is hidden by a requirement that is false, by the other side of `and` and `or`, and by the branch that is not taken; so a lookup counts only where those let it.

use super::space::DAYS;
use enact_ir::calendar::{Civil, add_months, civil_from_days, days_from_civil};
use enact_ir::{Decision, Expr, ExprKind, LocalId, Op, TableId, Type, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The days on which a table is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The earliest.
    pub(crate) earliest: i64,
    /// The latest.
    pub(crate) latest: i64,
    /// The decision that reads the earliest.
    pub(crate) decision: String,
    /// What it is read as of, where that can be said in a name.
    pub(crate) date: Option<String>,
}

impl Reach {
    /// Both together; of two that begin on the same day the first is named.
    fn join(&mut self, other: &Reach) {
        let latest = self.latest.max(other.latest);
        if other.earliest < self.earliest {
            *self = other.clone();
        }
        self.latest = latest;
    }
}

/// The dated tables that decisions read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reaches {
    tables: BTreeMap<TableId, Reach>,
    /// Of a decision that is too large to be followed: every table, on every day.
    all: Option<Reach>,
}

impl Reaches {
    /// The days on which a table is read; `None` if it is not.
    pub(crate) fn of(&self, table: TableId) -> Option<Reach> {
        let mut reaches = self.tables.get(&table).into_iter().chain(&self.all).cloned();
        let first = reaches.next()?;
        Some(reaches.fold(first, |mut joined, it| {
            joined.join(&it);
            joined
        }))
    }

    /// Adds what other decisions read.
    pub(crate) fn join(&mut self, others: &Reaches) {
        for (table, reach) in &others.tables {
            self.tables.entry(*table).and_modify(|it| it.join(reach)).or_insert_with(|| reach.clone());
        }
        match (&mut self.all, &others.all) {
            (Some(all), Some(other)) => all.join(other),
            (all, other) => *all = all.take().or_else(|| other.clone()),
        }
    }
}

/// Every dated table that a decision reads.
pub(crate) fn reaches(decision: &Decision) -> Reaches {
    let mut found = Reaches::default();
    Walk::new(decision, &mut found.tables).decision(&mut found.all);
    found
}

/// Nodes that one decision may cost; beyond, every date is taken as possible.
const BUDGET: usize = 200_000;

/// Expressions inside each other, through the bindings that they use; beyond, as for the budget.
const DEPTH: usize = 400;

/// Lowest and highest, as a scaled number or a day.
type Range = (i128, i128);

struct Walk<'a> {
    decision: &'a Decision,
    bindings: BTreeMap<LocalId, &'a Expr>,
    /// What the conditions passed say about inputs; the later narrows the earlier.
    known: Vec<(&'a Expr, Range)>,
    /// The number of the state of `known`: a binding is walked once a state.
    state: usize,
    states: usize,
    walked: BTreeSet<(usize, LocalId)>,
    budget: usize,
    depth: usize,
    found: &'a mut BTreeMap<TableId, Reach>,
}

impl<'a> Walk<'a> {
    fn new(decision: &'a Decision, found: &'a mut BTreeMap<TableId, Reach>) -> Self {
        let bindings = decision.bindings.iter().map(|it| (it.local, &it.value)).collect();
        Self {
            decision,
            bindings,
            known: Vec::new(),
            state: 0,
            states: 0,
            walked: BTreeSet::new(),
            budget: BUDGET,
            depth: 0,
            found,
        }
    }

    fn decision(&mut self, all: &mut Option<Reach>) {
        let decision = self.decision;
        let conditions: Vec<(&Expr, bool)> = decision.requirements.iter().map(|it| (&it.condition, true)).collect();
        for (n, requirement) in decision.requirements.iter().enumerate() {
            let others: Vec<_> = conditions.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, it)| *it).collect();
            self.under(&others, &mut |walk| walk.expr(&requirement.condition));
        }
        self.under(&conditions, &mut |walk| {
            for output in &decision.outputs {
                let when: Vec<(&Expr, bool)> = output.when.iter().map(|it| (it, true)).collect();
                output.when.iter().for_each(|when| walk.expr(when));
                walk.under(&when, &mut |walk| walk.expr(&output.value));
            }
        });
        if self.budget == 0 {
            let (earliest, latest) = DAYS;
            *all = Some(Reach { earliest, latest, decision: decision.name.clone(), date: None });
        }
    }

    /// Runs `f` knowing that the conditions have these truths; not at all where they cannot.
    fn under(&mut self, conditions: &[(&'a Expr, bool)], f: &mut dyn FnMut(&mut Self)) {
        let (mark, outer) = (self.known.len(), self.state);
        self.states += 1;
        self.state = self.states;
        let possible = conditions.iter().all(|(condition, truth)| self.assume(condition, *truth));
        if possible {
            f(self);
        }
        self.known.truncate(mark);
        self.state = outer;
    }

    /// Adds what a condition says of single inputs; false if it contradicts what is known.
    fn assume(&mut self, condition: &'a Expr, truth: bool) -> bool {
        self.deeper(|walk| walk.assumed(condition, truth)).unwrap_or(true)
    }

    fn assumed(&mut self, condition: &'a Expr, truth: bool) -> bool {
        match (&condition.kind, truth) {
            (ExprKind::Const(Value::Bool(constant)), _) => *constant == truth,
            (ExprKind::Op(Op::Not, args), _) => args.first().is_none_or(|it| self.assume(it, !truth)),
            (ExprKind::Op(Op::And, args), true) | (ExprKind::Op(Op::Or, args), false) => {
                args.iter().all(|it| self.assume(it, truth))
            }
            (ExprKind::Op(op @ (Op::Lt | Op::Le | Op::Eq), args), _) => match args.as_slice() {
                [a, b] => self.compare(*op, a, b, truth),
                _ => true,
            },
            (ExprKind::Local(local), _) => match self.bindings.get(local).copied() {
                Some(value) => self.assume(value, truth),
                None => true,
            },
            _ => true,
        }
    }

    fn compare(&mut self, op: Op, a: &'a Expr, b: &'a Expr, truth: bool) -> bool {
        let (Some(left), Some(right)) = (self.range(a), self.range(b)) else { return true };
        let (low, high) = match (op, truth) {
            (Op::Eq, false) => return true,
            (Op::Eq, true) => return self.narrow(a, right) && self.narrow(b, left),
            (Op::Lt, true) => ((left.0, right.1.saturating_sub(1)), (left.0.saturating_add(1), right.1)),
            (Op::Le, true) => ((left.0, right.1), (left.0, right.1)),
            (Op::Lt, false) => ((right.0, left.1), (right.0, left.1)),
            _ => ((right.0.saturating_add(1), left.1), (right.0, left.1.saturating_sub(1))),
        };
        self.narrow(a, low) && self.narrow(b, high)
    }

    fn narrow(&mut self, expr: &'a Expr, limit: Range) -> bool {
        let Some(old) = self.range(expr) else { return true };
        let new = (old.0.max(limit.0), old.1.min(limit.1));
        if new != old && !matches!(expr.kind, ExprKind::Const(_)) {
            self.known.push((expr, new));
        }
        new.0 <= new.1
    }

    /// Runs `f` one level deeper, unless that costs too much.
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.budget = if self.depth < DEPTH { self.budget.saturating_sub(1) } else { 0 };
        if self.budget == 0 {
            return None;
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        Some(result)
    }

    fn expr(&mut self, expr: &'a Expr) {
        self.deeper(|walk| walk.parts(expr));
    }

    fn parts(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Today => {}
            ExprKind::Local(local) => {
                let value = self.bindings.get(local).copied();
                if let Some(value) = value.filter(|_| self.walked.insert((self.state, *local))) {
                    self.expr(value);
                }
            }
            ExprKind::Op(op @ (Op::And | Op::Or), args) => {
                for (n, arg) in args.iter().enumerate() {
                    let others: Vec<_> =
                        args.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, it)| (it, *op == Op::And)).collect();
                    self.under(&others, &mut |walk| walk.expr(arg));
                }
            }
            ExprKind::Op(_, parts) | ExprKind::Record(parts) | ExprKind::List(parts) => {
                parts.iter().for_each(|it| self.expr(it))
            }
            ExprKind::Let(local, value, body) => {
                self.expr(value);
                let outer = self.bindings.insert(*local, value);
                self.expr(body);
                match outer {
                    Some(outer) => self.bindings.insert(*local, outer),
                    None => self.bindings.remove(local),
                };
            }
            ExprKind::If(condition, yes, no) => {
                self.expr(condition);
                self.under(&[(condition, true)], &mut |walk| walk.expr(yes));
                self.under(&[(condition, false)], &mut |walk| walk.expr(no));
            }
            ExprKind::Choose { exceptions, general, .. } => {
                let mut before: Vec<(&Expr, bool)> = Vec::new();
                for (condition, value) in exceptions {
                    self.expr(condition);
                    let taken: Vec<_> = before.iter().copied().chain([(condition, true)]).collect();
                    self.under(&taken, &mut |walk| walk.expr(value));
                    before.push((condition, false));
                }
                self.under(&before, &mut |walk| walk.expr(general));
            }
            ExprKind::Field(record, _) => self.expr(record),
            ExprKind::Lookup { table, keys, date } => {
                keys.iter().for_each(|key| self.expr(key));
                if let Some(date) = date {
                    self.expr(date);
                    let range = self.range(date).unwrap_or((DAYS.0.into(), DAYS.1.into()));
                    let name = self.name(date);
                    self.note(*table, range, name);
                }
            }
            ExprKind::Each { list, filter, sort, body, .. } => {
                self.expr(list);
                filter.iter().for_each(|it| self.expr(it));
                sort.iter().for_each(|(it, _)| self.expr(it));
                let conditions: Vec<(&Expr, bool)> = filter.iter().map(|it| (&**it, true)).collect();
                self.under(&conditions, &mut |walk| walk.expr(body));
            }
        }
    }

    fn note(&mut self, table: TableId, range: Range, date: Option<String>) {
        let day = |n: i128| i64::try_from(n).unwrap_or(DAYS.1).clamp(DAYS.0, DAYS.1);
        let (earliest, latest) = (day(range.0), day(range.1));
        let reach = Reach { earliest, latest, decision: self.decision.name.clone(), date };
        self.found.entry(table).and_modify(|it| it.join(&reach)).or_insert(reach);
    }

    /// The range of a number or a date, by its form and by what is known.
    fn range(&mut self, expr: &'a Expr) -> Option<Range> {
        let known: Vec<Range> = self.known.iter().filter(|(it, _)| *it == expr).map(|(_, range)| *range).collect();
        let all = match &expr.ty {
            Type::Number(number) => (number.lo, number.hi),
            Type::Date => (DAYS.0.into(), DAYS.1.into()),
            _ => return None,
        };
        let shaped = self.deeper(|walk| walk.shape(expr)).flatten();
        let limits = known.into_iter().chain(shaped);
        Some(limits.fold(all, |range, limit| (range.0.max(limit.0), range.1.min(limit.1))))
    }

    fn shape(&mut self, expr: &'a Expr) -> Option<Range> {
        match &expr.kind {
            ExprKind::Const(Value::Number(n)) => Some((*n, *n)),
            ExprKind::Const(Value::Date(day)) => Some(((*day).into(), (*day).into())),
            ExprKind::Local(local) => self.bindings.get(local).copied().and_then(|value| self.range(value)),
            ExprKind::If(_, yes, no) => Some(join(self.range(yes)?, self.range(no)?)),
            ExprKind::Let(_, _, body) => self.range(body),
            ExprKind::Choose { exceptions, general, .. } => {
                let general = self.range(general)?;
                exceptions.iter().try_fold(general, |range, (_, value)| Some(join(range, self.range(value)?)))
            }
            ExprKind::Op(op, args) => {
                let args: Vec<Range> = args.iter().map(|it| self.range(it)).collect::<Option<_>>()?;
                operation(*op, &args)
            }
            _ => None,
        }
    }

    fn name(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Today => Some("today".to_owned()),
            ExprKind::Local(local) => {
                let input = self.decision.inputs.get(local.0 as usize).map(|it| &it.name);
                let binding = || self.decision.bindings.iter().find(|it| it.local == *local);
                match (input, binding()) {
                    (Some(name), _) => Some(name.clone()),
                    (None, Some(it)) if it.name.starts_with('_') => self.name(&it.value),
                    (None, it) => it.map(|it| it.name.clone()),
                }
            }
            _ => None,
        }
    }
}

fn join(a: Range, b: Range) -> Range {
    (a.0.min(b.0), a.1.max(b.1))
}

fn operation(op: Op, args: &[Range]) -> Option<Range> {
    let both = |f: &dyn Fn(i128, i128) -> i128| {
        let [a, b] = args else { return None };
        Some((f(a.0, b.0), f(a.1, b.1)))
    };
    match op {
        Op::Min => both(&|a, b| a.min(b)),
        Op::Max => both(&|a, b| a.max(b)),
        Op::Add | Op::AddDays => both(&|a, b| a.saturating_add(b)),
        Op::AddMonths => both(&|day, months| moved(day, months)),
        Op::Sub => match args {
            [a, b] => Some((a.0.saturating_sub(b.1), a.1.saturating_sub(b.0))),
            _ => None,
        },
        Op::Year => {
            let [a] = args else { return None };
            let year = |day: i128| i128::from(civil_from_days(clip(day)).year);
            Some((year(a.0), year(a.1)))
        }
        Op::MakeDate => {
            let [year, month, day] = args else { return None };
            let date = |year: i128, month: i128, day: i128| {
                let year = i32::try_from(year.clamp(1, 9999)).unwrap_or(9999);
                let part = |n: i128, high: i128| u8::try_from(n.clamp(1, high)).unwrap_or(1);
                i128::from(days_from_civil(Civil { year, month: part(month, 12), day: part(day, 28) }))
            };
            // The last days of a month are met by the three days that 28 leaves out.
            Some((date(year.0, month.0, day.0), date(year.1, month.1, day.1) + if day.1 > 28 { 3 } else { 0 }))
        }
        _ => None,
    }
}

fn clip(day: i128) -> i64 {
    i64::try_from(day).unwrap_or(DAYS.1).clamp(DAYS.0, DAYS.1)
}

fn moved(day: i128, months: i128) -> i128 {
    let months = i64::try_from(months.clamp(-120_000, 120_000)).unwrap_or(0);
    add_months(clip(day), months).into()
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
