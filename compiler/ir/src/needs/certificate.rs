//! The evidence certificate of a decided case: a smallest set of known facts, in the sense that none can be left out, on which the answer is the same whatever the rest.

use super::cells::{Cells, Missing};
use super::edges::Edges;
use super::judge::{Answer, Judged, Question};
use super::order::cost;
use super::run::Context;
use super::split::{Division, Splitter};
use crate::{Fact, Facts, Field, Type, Value};

/// Runs of one attempt to do without a fact.
const RUNS: usize = 256;

/// What is certified, and by which facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The paths of the facts, in the order of the inputs.
    pub(crate) paths: Vec<String>,
    /// The answer that they fix.
    pub(crate) answer: Answer,
}

/// Which part of the facts: an input, then fields.
type Way = Vec<usize>;

/// Leaves out one fact after the other, those that cost most first, as long as the answer stays decided. `None` if it is not decided.
pub(crate) fn certificate(
    context: &Context<'_>,
    facts: &Facts,
    today: Option<i64>,
    question: Question,
) -> Option<Found> {
    let mut answer = decided(context, facts, today, question)?;
    let decision = context.decision;
    let inputs = decision.inputs.iter().zip(&facts.inputs);
    let mut kept = Facts { inputs: inputs.map(|(field, fact)| opened(context, &field.ty, fact)).collect() };
    let mut waiting = known(&kept);
    let costs = costs(context, today);
    // Of two that cost the same, the later one is tried first: what stands first is what a reader expects.
    waiting.sort_by_key(|way| (std::cmp::Reverse(costs(way)), std::cmp::Reverse(way.clone())));
    let mut at = 0;
    while let Some(way) = waiting.get(at).cloned() {
        at += 1;
        let Some(before) = get(&kept, &way).cloned() else { continue };
        set(&mut kept, &way, Fact::Missing);
        if let Some(found) = decided(context, &kept, today, question) {
            answer = found;
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
    Some(Found { paths: paths(context, &kept), answer })
}

/// The answer, if there is only one.
fn decided(context: &Context<'_>, facts: &Facts, today: Option<i64>, question: Question) -> Option<Answer> {
    let cells = Cells::new(context.program, context.decision, facts, today);
    let run = context.run(&cells.roots);
    if let Judged::Point(answer) = run.judge(question) {
        return Some(answer);
    }
    let edges = Edges::new(context, &run.env, &[]);
    let division = Division::new(context, &cells, &edges, &run, question, RUNS / 4);
    Splitter::new(context, &cells, &division, question, RUNS).decided(&run)
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

/// What the fact at a way costs: by what is said of it where everything is missing.
fn costs<'c>(context: &'c Context<'_>, today: Option<i64>) -> impl Fn(&Way) -> u64 + 'c {
    let nothing = Facts { inputs: vec![Fact::Missing; context.decision.inputs.len()] };
    let missing: Vec<Missing> = Cells::new(context.program, context.decision, &nothing, today).missing;
    move |way| {
        let path = path(context, way);
        let of = |it: &&Missing| it.path == path || path.starts_with(&format!("{}.", it.path));
        missing.iter().find(of).map_or(0, cost)
    }
}

fn path(context: &Context<'_>, way: &[usize]) -> String {
    let Some((root, rest)) = way.split_first() else { return String::new() };
    let Some(field) = context.decision.inputs.get(*root) else { return String::new() };
    let (mut path, mut ty) = (field.name.clone(), &field.ty);
    for n in rest {
        let Some(field) = fields(context, ty).get(*n) else { break };
        path = format!("{path}.{}", field.name);
        ty = &field.ty;
    }
    path
}

/// The paths of what is known. A record that is known to be there, but none of whose fields is needed, stands for itself.
fn paths(context: &Context<'_>, facts: &Facts) -> Vec<String> {
    fn collect(context: &Context<'_>, fact: &Fact, way: &mut Way, all: &mut Vec<String>) {
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
                    all.push(path(context, way));
                }
            }
            Fact::Known(_) | Fact::List(_) => all.push(path(context, way)),
        }
    }
    let mut all = Vec::new();
    for (n, fact) in facts.inputs.iter().enumerate() {
        collect(context, fact, &mut vec![n], &mut all);
    }
    all
}
