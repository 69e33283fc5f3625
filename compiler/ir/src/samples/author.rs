//! Values of a type: those at the edges, and any.

use super::Sample;
use super::spots::{Spot, spots};
use crate::needs::{Cells, Context, Dice, Edge, Edges, Step};
use crate::{Decision, Expr, ExprKind, Fact, Facts, NumberType, Op, Program, Type, Value, calendar};
use std::collections::BTreeSet;

/// A list is made no longer than this, unless it is asked for the longest.
const LONG: u32 = 4;
/// Texts that are of no particular use.
const TEXTS: [&str; 4] = ["", "0", "a1", "北京"];
/// 2024-01-01: the plainest day; the other days are counted from it.
pub(super) const PLAIN_DAY: i64 = 19_723;

/// Makes values for the inputs of a decision.
pub(super) struct Author<'p> {
    program: &'p Program,
    /// The types of the inputs, and that of today.
    pub(super) types: Vec<&'p Type>,
    /// By the constants of the decision, and of the property, whose inputs are those of the decision and then its outputs.
    edges: (Edges, Edges),
    /// Where today stands for the one and for the other.
    today: (usize, usize),
    dice: Dice,
}

impl<'p> Author<'p> {
    /// Without `dated`, today does not matter.
    pub(super) fn new(
        program: &'p Program,
        decision: &'p Decision,
        property: &Decision,
        dated: bool,
        seed: u64,
    ) -> Self {
        let types = decision.inputs.iter().map(|input| &input.ty).chain(dated.then_some(&Type::Date)).collect();
        let of_property = edges(program, property, &[]);
        let more = compared(decision, property, &of_property);
        let edges = (edges(program, decision, &more), of_property);
        let today = (decision.inputs.len(), property.inputs.len());
        Author { program, types, edges, today, dice: Dice::new(seed) }
    }

    fn edge(&self, root: usize, steps: &[Step]) -> Edge {
        let mut edge = self.edges.0.at(root, steps);
        let more = self.edges.1.at(if root == self.today.0 { self.today.1 } else { root }, steps);
        edge.cuts.extend(more.cuts);
        edge.texts.extend(more.texts);
        edge
    }

    pub(super) fn spots(&self, sample: &[Value]) -> Vec<Spot<'p>> {
        spots(self.program, &self.types, sample)
    }

    /// The sample of which every part is the `n`-th at its edges, or the last where there are fewer.
    pub(super) fn corner(&mut self, n: usize) -> Sample {
        let types = self.types.clone();
        types.into_iter().enumerate().map(|(root, ty)| self.nth(root, &mut Vec::new(), ty, n)).collect()
    }

    fn nth(&mut self, root: usize, steps: &mut Vec<Step>, ty: &Type, n: usize) -> Value {
        if let Type::Record(_) = ty {
            return self.record(steps, ty, |it, steps, ty| it.nth(root, steps, ty, n));
        }
        let mut all = self.at_edges(root, steps, ty);
        let last = all.len().saturating_sub(1);
        if all.is_empty() { Value::Absent } else { all.swap_remove(n.min(last)) }
    }

    /// A sample by chance.
    pub(super) fn any(&mut self) -> Sample {
        let types = self.types.clone();
        types.into_iter().enumerate().map(|(root, ty)| self.value(root, &mut Vec::new(), ty)).collect()
    }

    /// The sample with a few places changed by chance.
    pub(super) fn changed(&mut self, sample: &[Value]) -> Sample {
        let mut sample = if self.dice.below(4) == 0 { self.at_another_time(sample) } else { sample.to_vec() };
        for _ in 0..self.dice.below(4) {
            let spots = self.spots(&sample);
            let Some(spot) = spots.get(self.dice.below(spots.len())) else { break };
            let value = self.other(&spots, spot, &sample);
            sample = spot.with(&sample, value);
        }
        sample
    }

    /// The sample with all days moved alike, so that one of them becomes another that could stand there.
    fn at_another_time(&mut self, sample: &[Value]) -> Sample {
        let spots = self.spots(sample);
        let days: Vec<(&Spot<'_>, i64)> = spots
            .iter()
            .filter_map(|spot| match (spot.ty, spot.get(sample)) {
                (Type::Date, Some(Value::Date(day))) => Some((spot, *day)),
                _ => None,
            })
            .collect();
        let Some((spot, day)) = days.get(self.dice.below(days.len())) else { return sample.to_vec() };
        let Value::Date(to) = self.value(spot.root, &mut spot.steps.clone(), spot.ty) else { return sample.to_vec() };
        days.iter().fold(sample.to_vec(), |moved, (spot, own)| {
            spot.with(&moved, Value::Date((own + to - day).clamp(calendar::FIRST, calendar::LAST)))
        })
    }

    fn other(&mut self, spots: &[Spot<'_>], spot: &Spot<'_>, sample: &[Value]) -> Value {
        // Near what stands here, or where something of the same kind stands.
        if self.dice.below(2) == 0 {
            let alike: Vec<&Spot<'_>> = spots.iter().filter(|it| kind(it.ty) == kind(spot.ty)).collect();
            let found = alike.get(self.dice.below(alike.len())).and_then(|it| it.get(sample));
            let by = [0, 1, -1, 30, -30, 365, -365].get(self.dice.below(7)).copied().unwrap_or_default();
            match (found, spot.ty.inner()) {
                (Some(Value::Number(n)), Type::Number(ty)) => {
                    return Value::Number(n.saturating_add(by).clamp(ty.lo, ty.hi));
                }
                (Some(Value::Date(day)), Type::Date) => {
                    return Value::Date((day + by as i64).clamp(calendar::FIRST, calendar::LAST));
                }
                (Some(Value::Text(text)), Type::Text { max }) => return Value::Text(cut(text, *max)),
                _ => {}
            }
        }
        self.value(spot.root, &mut spot.steps.clone(), spot.ty)
    }

    fn record(
        &mut self,
        steps: &mut Vec<Step>,
        ty: &Type,
        mut part: impl FnMut(&mut Self, &mut Vec<Step>, &Type) -> Value,
    ) -> Value {
        let mut parts = Vec::new();
        for (n, field) in (0..).zip(self.program.fields(ty)) {
            steps.push(Step::Field(n));
            parts.push(part(self, steps, &field.ty));
            steps.pop();
        }
        Value::Record(parts)
    }

    /// A value by chance; often one at the edges. The depth of the recursion is that of the type.
    fn value(&mut self, root: usize, steps: &mut Vec<Step>, ty: &Type) -> Value {
        match ty {
            Type::Record(_) => self.record(steps, ty, |it, steps, ty| it.value(root, steps, ty)),
            Type::Optional(_) if self.dice.below(4) == 0 => Value::Absent,
            Type::Optional(inner) => {
                steps.push(Step::Inside);
                let value = self.value(root, steps, inner);
                steps.pop();
                value
            }
            Type::List { element, max } => {
                let length = self.dice.below((*max).min(LONG) as usize + 1);
                self.list(root, steps, element, length)
            }
            Type::Number(number) if self.dice.below(2) == 0 => Value::Number(self.number(*number)),
            Type::Date if self.dice.below(2) == 0 => {
                let days = [40, 400, 4_000, 40_000].get(self.dice.below(4)).copied().unwrap_or(1);
                let day = PLAIN_DAY + self.dice.below(2 * days) as i64 - days as i64;
                Value::Date(day.clamp(calendar::FIRST, calendar::LAST))
            }
            Type::Text { max } if self.dice.below(2) == 0 => {
                let length = self.dice.below((*max).min(40) as usize + 1);
                Value::Text((0..length).map(|_| char::from(b'0' + self.dice.below(10) as u8)).collect())
            }
            _ => {
                let mut all = self.at_edges(root, steps, ty);
                let place = self.dice.below(all.len());
                if all.is_empty() { Value::Absent } else { all.swap_remove(place) }
            }
        }
    }

    fn list(&mut self, root: usize, steps: &mut Vec<Step>, element: &Type, length: usize) -> Value {
        steps.push(Step::Element);
        let parts = (0..length).map(|_| self.value(root, steps, element)).collect();
        steps.pop();
        Value::List(parts)
    }

    /// A number of the range, small ones more often.
    fn number(&mut self, ty: NumberType) -> i128 {
        let width = ty.hi.saturating_sub(ty.lo).unsigned_abs();
        let far = u128::from(self.dice.next()) << 64 | u128::from(self.dice.next());
        let bits = self.dice.below(129 - width.leading_zeros() as usize) as u32;
        let offset = far & 1_u128.checked_shl(bits).map_or(u128::MAX, |top| top - 1);
        let offset = i128::try_from(offset).unwrap_or(i128::MAX);
        let from = if (ty.lo..=ty.hi).contains(&0) && self.dice.below(2) == 0 { 0 } else { ty.lo };
        from.saturating_add(offset).clamp(ty.lo, ty.hi)
    }

    /// The values of a place that are worth trying, the simplest first: the ends, zero, and what the constants of the policy divide.
    pub(super) fn at_edges(&mut self, root: usize, steps: &mut Vec<Step>, ty: &Type) -> Vec<Value> {
        let edge = self.edge(root, steps);
        match ty {
            Type::Bool => [false, true].map(Value::Bool).to_vec(),
            Type::Number(number) => numbers(&edge, *number).into_iter().map(Value::Number).collect(),
            Type::Date => days(&edge).into_iter().map(Value::Date).collect(),
            Type::Text { max } => texts(&edge, *max).into_iter().map(Value::Text).collect(),
            Type::Enum(id) => {
                let cases = self.program.enum_of(*id).map_or(0, |declared| declared.cases.len());
                (0..).take(cases).map(Value::Enum).collect()
            }
            Type::Optional(inner) => {
                steps.push(Step::Inside);
                let present = match inner.as_ref() {
                    Type::Record(_) | Type::List { .. } => vec![self.value(root, steps, inner)],
                    inner => self.at_edges(root, steps, inner),
                };
                steps.pop();
                [Value::Absent].into_iter().chain(present).collect()
            }
            Type::List { element, max } => {
                let lengths = BTreeSet::from([0, 1, 2, 3].map(|length| length.min(*max as usize)));
                lengths.into_iter().map(|length| self.list(root, steps, element, length)).collect()
            }
            Type::Record(_) => vec![self.value(root, steps, ty)],
        }
    }
}

fn edges(program: &Program, decision: &Decision, more: &[Expr]) -> Edges {
    let context = Context::new(program, decision);
    let nothing = Facts { inputs: vec![Fact::Missing; decision.inputs.len()] };
    let cells = Cells::new(program, decision, &nothing, None);
    Edges::new(&context, &context.run(&cells.roots).env, &more.iter().collect::<Vec<_>>())
}

/// The constants that a property compares the outputs with, as comparisons of what the decision gives as these outputs.
fn compared(decision: &Decision, property: &Decision, edges: &Edges) -> Vec<Expr> {
    let mut found = Vec::new();
    for (root, output) in (decision.inputs.len()..).zip(&decision.outputs) {
        let expr = &output.value;
        let steps: &[Step] = match property.inputs.get(root).map(|input| &input.ty) {
            Some(Type::Optional(_)) => &[Step::Inside],
            _ => &[],
        };
        for cut in edges.at(root, steps).cuts {
            let (value, ty) = match expr.ty {
                Type::Number(number) => (Value::Number(cut), Type::Number(NumberType { lo: cut, hi: cut, ..number })),
                Type::Date => (Value::Date(i64::try_from(cut).unwrap_or(calendar::LAST)), Type::Date),
                _ => continue,
            };
            let constant = Expr { ty, kind: ExprKind::Const(value) };
            found.push(Expr { ty: Type::Bool, kind: ExprKind::Op(Op::Le, vec![expr.clone(), constant]) });
        }
    }
    found
}

/// What may be copied from one place to another.
fn kind(ty: &Type) -> Option<(u8, u8)> {
    match ty.inner() {
        Type::Number(number) => Some((0, number.scale)),
        Type::Date => Some((1, 0)),
        Type::Text { .. } => Some((2, 0)),
        _ => None,
    }
}

fn numbers(edge: &Edge, ty: NumberType) -> Vec<i128> {
    let unit = 10_i128.checked_pow(ty.scale.into()).unwrap_or(1);
    let near = |cut: &i128| [cut.saturating_sub(1), *cut, cut.saturating_add(1)];
    let all = [0, ty.lo, ty.hi, 1, unit].into_iter().chain(edge.cuts.iter().flat_map(near));
    once(all.filter(|n| (ty.lo..=ty.hi).contains(n)))
}

fn days(edge: &Edge) -> Vec<i64> {
    let day = |year, month, day| calendar::make_date(year, month, day);
    let leap = [day(2024, 2, 28), day(2024, 2, 29), day(2024, 3, 1), day(2023, 2, 28), day(2000, 2, 29)];
    let cuts = edge.cuts.iter().filter_map(|cut| i64::try_from(*cut).ok());
    let near = |cut: i64| [cut.saturating_sub(1), cut, cut.saturating_add(1)];
    let all = [PLAIN_DAY, calendar::FIRST, calendar::LAST].into_iter().chain(leap).chain(cuts.flat_map(near));
    once(all.filter(|day| (calendar::FIRST..=calendar::LAST).contains(day)))
}

fn texts(edge: &Edge, max: u32) -> Vec<String> {
    let named = edge.texts.iter().flat_map(|text| [text.clone(), format!("{text}0")]);
    let long = ["0".repeat(max.min(200) as usize), "a".repeat(max.min(200) as usize)];
    let all = TEXTS.iter().map(|it| (*it).to_owned()).chain(long).chain(named);
    once(all.map(|text| cut(&text, max)))
}

fn cut(text: &str, max: u32) -> String {
    text.chars().take(max as usize).collect()
}

/// Each once, in order.
fn once<T: Ord + Clone>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.filter(|it| seen.insert(it.clone())).collect()
}
