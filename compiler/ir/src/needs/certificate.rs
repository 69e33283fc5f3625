//! The evidence certificate of a decided case: a smallest set of known facts, in the sense that none can be left out, on which the answer is the same whatever the rest.

use super::cells::{Cells, FactRef};
use super::edges::Edges;
use super::judge::{Judged, Question};
use super::order::cost;
use super::run::Context;
use super::split::{Division, Splitter};
use crate::{Fact, Facts, Field, Type, Value, interp};

/// Runs of one attempt to do without a fact.
const RUNS: usize = 256;

/// Which part of the facts: an input, then fields.
type Way = Vec<usize>;

/// Why a case is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The answer is the same whatever is missing.
    Whatever,
    /// A part has no value although its facts are there, and nothing is refused.
    FaultAtHand,
}

/// A decided case.
pub(crate) struct Case<'c> {
    pub(crate) context: &'c Context<'c>,
    pub(crate) today: i64,
    pub(crate) question: Question,
    pub(crate) ground: Ground,
}

impl Case<'_> {
    /// Leaves out one fact after the other, those that cost most first, as long as the case stays decided. Gives what is left, in the order of the inputs.
    pub(crate) fn certificate(&self, facts: &Facts) -> Vec<FactRef> {
        let context = self.context;
        let inputs = context.decision.inputs.iter().zip(&facts.inputs);
        let mut kept = Facts { inputs: inputs.map(|(field, fact)| opened(context, &field.ty, fact)).collect() };
        let mut waiting = known(&kept);
        // Of two that cost the same, the later one is tried first: what stands first is what a reader expects.
        waiting
            .sort_by_cached_key(|way| (std::cmp::Reverse(cost(&fact(context, way))), std::cmp::Reverse(way.clone())));
        let mut at = 0;
        while let Some(way) = waiting.get(at).cloned() {
            at += 1;
            let Some(before) = get(&kept, &way).cloned() else { continue };
            set(&mut kept, &way, Fact::Missing);
            if self.is_decided(&kept) {
                continue;
            }
            // An optional record that cannot be left out as a whole may do without some of its fields.
            let inside = within(context, &way, &before);
            let fields = match &inside {
                Fact::Record(fields) if matches!(before, Fact::Known(_)) => fields.len(),
                _ => 0,
            };
            set(&mut kept, &way, inside);
            waiting.extend((0..fields).rev().map(|n| way.iter().copied().chain([n]).collect::<Way>()));
        }
        left(context, &kept).iter().map(|way| fact(context, way)).collect()
    }

    /// Whether fewer facts decide it as well. They cannot decide it otherwise.
    fn is_decided(&self, facts: &Facts) -> bool {
        let Case { context, today, question, .. } = *self;
        if self.ground == Ground::FaultAtHand {
            return interp::fault_at_hand(context.program, context.decision, facts, today, question).is_some();
        }
        let cells = Cells::new(context.program, context.decision, facts, Some(today));
        let run = context.run(&cells.roots);
        if let Judged::Point(_) = run.judge(question) {
            return true;
        }
        let edges = Edges::new(context, &run.env, &[]);
        let division = Division::new(context, &cells, &edges, &run, question, RUNS / 4);
        Splitter::new(context, &cells, &division, question, RUNS).decided(&run).is_some()
    }
}

fn fact(context: &Context<'_>, way: &[usize]) -> FactRef {
    FactRef::at(context.program, context.decision, way)
}

/// Known records as records of known fields; optional ones stay whole.
fn opened(context: &Context<'_>, ty: &Type, fact: &Fact) -> Fact {
    let fields = fields(context, ty);
    match (fact, ty) {
        (Fact::Known(Value::Record(values)), Type::Record(_)) => Fact::Record(
            fields
                .iter()
                .zip(values)
                .map(|(field, value)| opened(context, &field.ty, &Fact::Known(value.clone())))
                .collect(),
        ),
        (Fact::Record(parts), Type::Record(_)) => {
            Fact::Record(fields.iter().zip(parts).map(|(field, part)| opened(context, &field.ty, part)).collect())
        }
        _ => fact.clone(),
    }
}

/// The fact at a way with its own fields opened, if it is an optional record.
fn within(context: &Context<'_>, way: &[usize], fact: &Fact) -> Fact {
    let Some(Type::Optional(inner)) = type_at(context, way) else { return fact.clone() };
    opened(context, &inner, fact)
}

fn fields<'c>(context: &Context<'c>, ty: &Type) -> &'c [Field] {
    match ty.inner() {
        Type::Record(id) => context.program.record_of(*id).map(|record| record.fields.as_slice()).unwrap_or_default(),
        _ => &[],
    }
}

fn type_at(context: &Context<'_>, way: &[usize]) -> Option<Type> {
    let (root, rest) = way.split_first()?;
    let mut ty = context.decision.inputs.get(*root)?.ty.clone();
    for n in rest {
        ty = fields(context, &ty).get(*n)?.ty.clone();
    }
    Some(ty)
}

/// The ways to all known facts.
fn known(facts: &Facts) -> Vec<Way> {
    fn collect(fact: &Fact, way: Way, all: &mut Vec<Way>) {
        match fact {
            Fact::Missing => {}
            Fact::Record(parts) => {
                for (n, part) in parts.iter().enumerate() {
                    collect(part, way.iter().copied().chain([n]).collect(), all);
                }
            }
            Fact::Known(_) | Fact::List(_) => all.push(way),
        }
    }
    let mut all = Vec::new();
    for (n, fact) in facts.inputs.iter().enumerate() {
        collect(fact, vec![n], &mut all);
    }
    all
}

fn get<'f>(facts: &'f Facts, way: &[usize]) -> Option<&'f Fact> {
    let (root, rest) = way.split_first()?;
    rest.iter().try_fold(facts.inputs.get(*root)?, |fact, n| match fact {
        Fact::Record(parts) => parts.get(*n),
        _ => None,
    })
}

fn set(facts: &mut Facts, way: &[usize], to: Fact) {
    let Some((root, rest)) = way.split_first() else { return };
    let mut at = facts.inputs.get_mut(*root);
    for n in rest {
        at = match at {
            Some(Fact::Record(parts)) => parts.get_mut(*n),
            _ => None,
        };
    }
    if let Some(fact) = at {
        *fact = to;
    }
}

/// The ways to what is known. A record that is known to be there, but none of whose fields is needed, stands for itself.
fn left(context: &Context<'_>, facts: &Facts) -> Vec<Way> {
    fn collect(context: &Context<'_>, fact: &Fact, way: &mut Way, all: &mut Vec<Way>) {
        let before = all.len();
        match fact {
            Fact::Missing => {}
            Fact::Record(parts) => {
                for (n, part) in parts.iter().enumerate() {
                    way.push(n);
                    collect(context, part, way, all);
                    way.pop();
                }
                if all.len() == before && matches!(type_at(context, way), Some(Type::Optional(_))) {
                    all.push(way.clone());
                }
            }
            Fact::Known(_) | Fact::List(_) => all.push(way.clone()),
        }
    }
    let mut all = Vec::new();
    for (n, fact) in facts.inputs.iter().enumerate() {
        collect(context, fact, &mut vec![n], &mut all);
    }
    all
}
