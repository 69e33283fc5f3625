//! The policy's own constants, brought back to the facts that they are compared with: where a fact's domain is worth dividing.

use super::assume::{Step, number, place};
use super::bits::Bits;
use super::cells::{Cell, Cells};
use super::domain::{Abstract, Shape, Span, Text};
use super::run::{Context, Env};
use crate::{Each, Expr, ExprKind, LocalId, Op, Pattern, Value, ops};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Where a value lies: root, and the way into it.
type Place = (usize, Vec<Step>);

/// Edges of the domain of one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    /// `c` divides what is below `c` from what is not.
    pub(crate) cuts: BTreeSet<i128>,
    /// Texts that are named.
    pub(crate) texts: BTreeSet<String>,
}

/// Edges of all places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edges {
    places: BTreeMap<Place, Edge>,
}

/// Steps of the search; what is found by then is enough.
const STEPS: usize = 20_000;
/// Cuts of one place.
const MOST_CUTS: usize = 40;
/// Cases of an enum that are divided one from another.
const MOST_CASES: usize = 64;

impl Edges {
    /// The edges of every place of the decision's inputs; other expressions may be looked at too.
    pub(crate) fn new(context: &Context<'_>, env: &Env, more: &[&Expr]) -> Edges {
        let today = context.decision.inputs.len();
        let mut search = Search {
            context,
            env,
            today,
            places: BTreeMap::new(),
            meanings: context.bindings.clone(),
            edges: Edges::default(),
            left: STEPS,
        };
        for n in 0..today {
            search.places.insert(LocalId(u32::try_from(n).unwrap_or(u32::MAX)), (n, Vec::new()));
        }
        let decision = context.decision;
        decision.bindings.iter().for_each(|it| search.walk(&it.value));
        decision.requirements.iter().for_each(|it| search.walk(&it.condition));
        for output in &decision.outputs {
            output.when.iter().for_each(|when| search.walk(when));
            search.walk(&output.value);
        }
        more.iter().for_each(|expr| search.walk(expr));
        search.edges
    }

    /// The edges of a place; all elements of a list share theirs.
    pub(crate) fn at(&self, root: usize, steps: &[Step]) -> Edge {
        let any = |step: &Step| if matches!(step, Step::At(_)) { Step::Element } else { *step };
        self.places.get(&(root, steps.iter().map(any).collect())).cloned().unwrap_or_default()
    }

    /// The blocks into which the domain of a cell is divided. Fewer than two: it is not divided.
    pub(crate) fn blocks(&self, cells: &Cells, cell: &Cell) -> Vec<Abstract> {
        let Some(value) = cells.roots.get(cell.root).and_then(|root| inside(root, &cell.steps)) else {
            return Vec::new();
        };
        self.divide(&value, &self.at(cell.root, &cell.steps))
    }

    /// Divides a value at the edges of its place.
    pub(crate) fn divide(&self, value: &Abstract, edge: &Edge) -> Vec<Abstract> {
        let block = |shape: Shape| Abstract::new(shape, value.cells.clone());
        match &value.shape {
            Shape::Truth { yes: true, no: true } => {
                [false, true].map(|yes| block(Shape::Truth { yes, no: !yes })).to_vec()
            }
            Shape::Cases(cases) if cases.len() <= MOST_CASES => {
                cases.iter().map(|case| block(Shape::Cases(Bits::one(case)))).collect()
            }
            Shape::Number(span) => {
                pieces(*span, &edge.cuts).into_iter().map(|piece| block(Shape::Number(piece))).collect()
            }
            Shape::Date(span) => pieces(*span, &edge.cuts).into_iter().map(|piece| block(Shape::Date(piece))).collect(),
            Shape::Optional { absent: true, present: Some(inner) } => {
                let present = Shape::Optional { absent: false, present: Some(inner.clone()) };
                vec![block(Shape::Optional { absent: true, present: None }), block(present)]
            }
            Shape::Many { least: 0, most, element } if *most > 0 => {
                let some = Shape::Many { least: 1, most: *most, element: element.clone() };
                vec![block(Shape::List(Rc::new([]))), block(some)]
            }
            Shape::Text(Text::Any { most, except }) => {
                let named: Vec<&String> = edge
                    .texts
                    .iter()
                    .filter(|it| it.chars().count() <= *most as usize && !except.contains(it))
                    .collect();
                let rest = except.iter().chain(named.iter().copied()).cloned().collect();
                let known = named.iter().take(MOST_CUTS).map(|it| block(Shape::Text(Text::Known(it.as_str().into()))));
                known.chain([block(Shape::Text(Text::Any { most: *most, except: rest }))]).collect()
            }
            _ => vec![value.clone()],
        }
    }
}

/// The part at the end of a way, as if every optional on it were there.
fn inside(root: &Abstract, steps: &[Step]) -> Option<Abstract> {
    super::assume::part(root, steps).cloned()
}

/// A span cut in pieces, at most so many; of too many cuts those are kept that lie evenly.
fn pieces(span: Span, cuts: &BTreeSet<i128>) -> Vec<Span> {
    let inner: Vec<i128> = cuts.iter().copied().filter(|cut| span.lo < *cut && *cut <= span.hi).collect();
    let stride = inner.len().div_ceil(MOST_CUTS).max(1);
    let mut found = Vec::new();
    let mut lo = span.lo;
    for cut in inner.into_iter().step_by(stride) {
        found.push(Span { lo, hi: cut - 1 });
        lo = cut;
    }
    found.push(Span { lo, hi: span.hi });
    found
}

struct Search<'c> {
    context: &'c Context<'c>,
    env: &'c Env,
    today: usize,
    /// Locals that stand for a place.
    places: BTreeMap<LocalId, Place>,
    /// What other locals stand for.
    meanings: BTreeMap<LocalId, &'c Expr>,
    edges: Edges,
    left: usize,
}

impl<'c> Search<'c> {
    /// Whether there is time for another step.
    fn step(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn walk(&mut self, expr: &'c Expr) {
        if !self.step() {
            return;
        }
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Today => {}
            ExprKind::Op(op, args) => {
                args.iter().for_each(|arg| self.walk(arg));
                self.operation(*op, args);
            }
            ExprKind::Let(local, value, body) => {
                self.walk(value);
                self.meanings.insert(*local, value);
                self.walk(body);
            }
            ExprKind::If(condition, then, otherwise) => {
                [condition, then, otherwise].into_iter().for_each(|it| self.walk(it))
            }
            ExprKind::Choose { exceptions, general, .. } => {
                exceptions.iter().for_each(|(condition, value)| {
                    self.walk(condition);
                    self.walk(value);
                });
                self.walk(general);
            }
            ExprKind::Field(record, _) => self.walk(record),
            ExprKind::Record(parts) | ExprKind::List(parts) => parts.iter().for_each(|part| self.walk(part)),
            ExprKind::Lookup { table, keys, date } => {
                keys.iter().chain(date.as_deref()).for_each(|it| self.walk(it));
                let Some(table) = self.context.program.table_of(*table) else { return };
                for version in &table.versions {
                    if let Some(date) = date {
                        self.cut(date, &[version.from.into(), i128::from(version.until).saturating_add(1)]);
                    }
                    for row in version.rows.iter().flatten() {
                        row.patterns.iter().zip(keys).for_each(|(pattern, key)| self.pattern(pattern, key));
                    }
                }
            }
            ExprKind::Each { list, element, filter, sort, body, .. } => {
                self.walk(list);
                if let Some((root, mut steps)) = self.place_of(list) {
                    steps.push(Step::Element);
                    self.places.insert(*element, (root, steps));
                }
                filter.iter().for_each(|it| self.walk(it));
                sort.iter().for_each(|(key, _)| self.walk(key));
                self.walk(body);
            }
        }
    }

    fn operation(&mut self, op: Op, args: &'c [Expr]) {
        match (op, args) {
            (Op::Lt | Op::Le | Op::Eq | Op::Min | Op::Max, [a, b]) => {
                for (expr, other) in [(a, b), (b, a)] {
                    let value = self.context.eval(self.env, other);
                    self.compared(expr, &value);
                }
            }
            (Op::Contains, [value, list]) => {
                if let Shape::List(elements) = self.context.eval(self.env, list).shape {
                    elements.iter().for_each(|it| self.compared(value, it));
                }
            }
            (Op::StartsWith, [text, start]) => {
                let start = self.context.eval(self.env, start);
                self.compared(text, &start);
            }
            _ => {}
        }
    }

    fn compared(&mut self, expr: &'c Expr, value: &Abstract) {
        match &value.shape {
            Shape::Number(span) | Shape::Date(span) => {
                self.cut(expr, &[span.lo, span.lo.saturating_add(1), span.hi, span.hi.saturating_add(1)]);
            }
            Shape::Text(Text::Known(text)) => self.name(expr, text),
            Shape::Optional { present: Some(inner), .. } => self.compared(expr, inner),
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern, key: &'c Expr) {
        match pattern {
            Pattern::Any => {}
            Pattern::OneOf(values) => {
                for value in values {
                    if let Some(n) = number(value) {
                        self.cut(key, &[n, n.saturating_add(1)]);
                    }
                    if let Value::Text(text) = value {
                        self.name(key, text);
                    }
                }
            }
            Pattern::Range(lo, hi) => {
                let cuts: Vec<i128> = lo.iter().copied().chain(hi.map(|hi| hi.saturating_add(1))).collect();
                self.cut(key, &cuts);
            }
            Pattern::Either(patterns) => patterns.iter().for_each(|it| self.pattern(it, key)),
        }
    }

    fn place_of(&self, expr: &Expr) -> Option<Place> {
        if expr.kind == ExprKind::Today {
            return Some((self.today, Vec::new()));
        }
        if let ExprKind::Each { form: Each::Map | Each::First, list, body, element, .. } = &expr.kind
            && matches!(&body.kind, ExprKind::Local(local) if local == element)
        {
            return self.place_of(list);
        }
        let (local, steps) = place(expr)?;
        let (root, mut way) = match self.places.get(&local) {
            Some(place) => place.clone(),
            None => self
                .meanings
                .get(&local)
                .filter(|it| it.kind != ExprKind::Local(local))
                .and_then(|it| self.place_of(it))?,
        };
        way.extend(steps);
        Some((root, way))
    }

    fn name(&mut self, expr: &'c Expr, text: &str) {
        if let Some(place) = self.place_of(expr) {
            self.edges.places.entry(place).or_default().texts.insert(text.to_owned());
        }
    }

    /// Brings cuts of an expression's value back to the places that it is made from.
    fn cut(&mut self, expr: &'c Expr, cuts: &[i128]) {
        if cuts.is_empty() || !self.step() {
            return;
        }
        // Each sum may double them; cuts only say where to look, so a few are as good as all.
        let cuts: BTreeSet<i128> = cuts.iter().copied().collect();
        let cuts: &[i128] = &cuts.into_iter().take(MOST_CUTS).collect::<Vec<_>>();
        if let Some(place) = self.place_of(expr) {
            self.edges.places.entry(place).or_default().cuts.extend(cuts);
            return;
        }
        match &expr.kind {
            ExprKind::Local(local) => {
                if let Some(meaning) = self.meanings.get(local).copied() {
                    self.cut(meaning, cuts);
                }
            }
            ExprKind::Let(_, _, body) => self.cut(body, cuts),
            ExprKind::If(_, then, otherwise) => [then, otherwise].into_iter().for_each(|it| self.cut(it, cuts)),
            ExprKind::Choose { exceptions, general, .. } => {
                exceptions.iter().for_each(|(_, value)| self.cut(value, cuts));
                self.cut(general, cuts);
            }
            ExprKind::Field(record, field) => {
                if let ExprKind::Record(parts) = &record.kind {
                    parts.get(*field as usize).into_iter().for_each(|part| self.cut(part, cuts));
                }
            }
            ExprKind::Each { form: Each::Sum | Each::Min | Each::Max | Each::First, body, .. } => self.cut(body, cuts),
            ExprKind::Op(op, args) => self.cut_operands(*op, args, cuts),
            _ => {}
        }
    }

    fn cut_operands(&mut self, op: Op, args: &'c [Expr], cuts: &[i128]) {
        let all = |f: &dyn Fn(i128) -> i128| cuts.iter().map(|cut| f(*cut)).collect::<Vec<i128>>();
        match (op, args) {
            (Op::Min | Op::Max | Op::OrElse, [a, b]) => [a, b].into_iter().for_each(|it| self.cut(it, cuts)),
            (Op::Get | Op::Some | Op::NextWorkingDay(_), [inner, ..]) => self.cut(inner, cuts),
            (Op::ScaleUp(k), [inner]) => {
                let by = 10i128.checked_pow(u32::from(k)).unwrap_or(i128::MAX);
                self.cut(inner, &all(&|cut| up(cut, by)));
            }
            (Op::Neg, [inner]) => self.cut(inner, &all(&|cut| cut.saturating_neg().saturating_add(1))),
            (Op::Add | Op::AddDays, [a, b]) => {
                for (inner, other) in [(a, b), (b, a)] {
                    let moved = self.with_ends(other, cuts, &|cut, n| cut.saturating_sub(n));
                    self.cut(inner, &moved);
                }
            }
            (Op::Sub | Op::DaysBetween, [a, b]) => {
                let moved = self.with_ends(b, cuts, &|cut, n| cut.saturating_add(n));
                self.cut(a, &moved);
                let moved = self.with_ends(a, cuts, &|cut, n| n.saturating_sub(cut).saturating_add(1));
                self.cut(b, &moved);
            }
            (Op::Mul, [a, b]) => {
                for (inner, other) in [(a, b), (b, a)] {
                    let moved = self.with_ends(other, cuts, &|cut, n| if n > 0 { up(cut, n) } else { i128::MIN });
                    self.cut(inner, &moved);
                }
            }
            (Op::DivRound(_), [a, b]) => {
                let moved = self.with_ends(b, cuts, &|cut, n| cut.saturating_mul(n));
                self.cut(a, &moved);
            }
            (Op::AddMonths, [day, n]) => {
                let moved = self.days(n, cuts, |cut, n| (Op::AddMonths, [Value::Date(cut), Value::Number(-n)]));
                self.cut(day, &moved);
            }
            (Op::MonthsBetween | Op::YearsBetween, [a, b]) => {
                let unit = if op == Op::YearsBetween { 12 } else { 1 };
                let after = self.days(a, cuts, |n, day| {
                    (Op::AddMonths, [Value::Date(i64_of(day)), Value::Number(i128::from(n) * unit)])
                });
                self.cut(b, &after);
                let before = self.days(b, cuts, |n, day| {
                    (Op::AddMonths, [Value::Date(i64_of(day)), Value::Number(-i128::from(n) * unit)])
                });
                self.cut(a, &before);
            }
            (Op::Year, [day]) => {
                let first = |year: &i128| {
                    let parts = [Value::Number(*year), Value::Number(1), Value::Number(1)];
                    ops::apply(self.context.program, Op::MakeDate, &parts).as_ref().and_then(number)
                };
                let known = cuts.iter().filter(|year| (1..=9999).contains(*year));
                let moved: Vec<i128> = known.filter_map(first).collect();
                self.cut(day, &moved);
            }
            _ => {}
        }
    }

    /// Cuts moved by both ends of what another operand may be.
    fn with_ends(&self, other: &Expr, cuts: &[i128], moved: &dyn Fn(i128, i128) -> i128) -> Vec<i128> {
        let Some(span) = self.context.eval(self.env, other).span() else { return Vec::new() };
        let ends = if span.is_point() { vec![span.lo] } else { vec![span.lo, span.hi] };
        cuts.iter().flat_map(|cut| ends.iter().map(|end| moved(*cut, *end)).collect::<Vec<_>>()).collect()
    }

    /// Cuts moved by months, with a few days on either side, for months are of unequal length.
    fn days(&self, other: &Expr, cuts: &[i128], by: impl Fn(i64, i128) -> (Op, [Value; 2])) -> Vec<i128> {
        let Some(span) = self.context.eval(self.env, other).span().filter(|span| span.is_point()) else {
            return Vec::new();
        };
        let moved = |cut: &i128| {
            let (op, args) = by(i64::try_from(*cut).ok()?, span.lo);
            ops::apply(self.context.program, op, &args).as_ref().and_then(number)
        };
        cuts.iter().filter_map(moved).flat_map(|day| [day, day + 1, day + 2, day - 1]).collect()
    }
}

fn i64_of(n: i128) -> i64 {
    i64::try_from(n).unwrap_or_default()
}

/// The quotient, upwards.
fn up(n: i128, by: i128) -> i128 {
    n.div_euclid(by).saturating_add(i128::from(n.rem_euclid(by) != 0))
}
