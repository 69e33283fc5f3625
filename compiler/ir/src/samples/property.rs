//! What should hold for every granted case, tried on samples.

use super::author::{Author, PLAIN_DAY};
use super::{Sample, facts_json};
use crate::{
    Decision, Encoding, Expr, ExprKind, Fact, Facts, Field, Labels, Op, Program, Requirement, Type, Value, Verdict,
    Verified, interp,
};
use interp::Step;
use std::collections::BTreeSet;

/// Samples that are made by chance, for one property.
pub const AT_RANDOM: usize = 1_000;
/// Samples at the edges, at most.
pub const AT_EDGES: usize = 1_000;
/// Samples of which every part is at an edge.
const CORNERS: usize = 16;
/// Samples that others are made from.
const KEPT: usize = 32;
/// Samples of which one part after the other is put to its edges.
const BASES: usize = 6;
/// How deep a condition is taken apart.
const DEEP: usize = 16;

/// What came of trying a property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many samples were tried.
    pub tried: usize,
    /// How many of them were granted, and count.
    pub granted: usize,
    /// A granted case for which it does not hold.
    pub counter: Option<CounterExample>,
}

/// A granted case for which a property does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterExample {
    /// The facts.
    pub facts: Facts,
    /// The day of the evaluation, if it matters.
    pub today: Option<i64>,
    /// Name, type and value of each output.
    pub outputs: Vec<(String, Type, Value)>,
}

impl CounterExample {
    /// The facts as the decision reads them.
    pub fn input(&self, program: &Program, decision: &Decision) -> serde_json::Value {
        facts_json(program, decision, &self.facts)
    }
}

/// Tries a property. Its condition is over the inputs (`Local(0)` on) and then the outputs of the decision; an output with `when` is optional.
/// The samples follow from the decision, the property and its name alone.
pub fn try_property(program: &Verified, decision: &str, name: &str, condition: &Expr) -> Trial {
    let Some(decision) = program.decision(decision) else { return Trial::default() };
    let property = as_decision(decision, condition);
    let dated = reads_today(decision) || reads_today(&property);
    let author = Author::new(program, decision, &property, dated, seed(name));
    let today = if dated { None } else { Some(PLAIN_DAY) };
    let decision = &apart(decision);
    Search::new(program, decision, &property, today).all(author)
}

/// The property as a decision about the inputs and outputs, whose one requirement it is.
fn as_decision(decision: &Decision, condition: &Expr) -> Decision {
    let output = |output: &crate::Output| {
        let ty = match (&output.when, &output.value.ty) {
            (Some(_), ty) if !matches!(ty, Type::Optional(_)) => Type::Optional(Box::new(ty.clone())),
            (_, ty) => ty.clone(),
        };
        let (name, path, encoding) = (output.name.clone(), vec![output.name.clone()], Encoding::Standard);
        let (labels, schema, issuer) = (Labels::default(), String::new(), String::new());
        Field { name, path, ty, encoding, private: false, labels, schema, issuer }
    };
    let inputs = decision.inputs.iter().cloned().chain(decision.outputs.iter().map(output)).collect();
    let (name, labels, condition) = (String::new(), Labels::default(), condition.clone());
    let requirement = Requirement { name: name.clone(), labels: labels.clone(), cites: Vec::new(), condition };
    let (bindings, outputs, rules, ledger) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Decision { name, labels, inputs, bindings, requirements: vec![requirement], outputs, rules, ledger, work: 0 }
}

/// The decision with a requirement for each part of a condition that must be true: the same answers, but it shows how near a sample is to being granted.
fn apart(decision: &Decision) -> Decision {
    let parts = |it: &Requirement| {
        let parts = conjuncts(&it.condition, 0).into_iter();
        parts.map(|condition| Requirement { condition, ..it.clone() }).collect::<Vec<_>>()
    };
    let requirements = decision.requirements.iter().flat_map(parts).collect();
    Decision { requirements, ..decision.clone() }
}

/// What must all be true for a condition to be true. Conditions that lie deeper are left whole.
fn conjuncts(condition: &Expr, depth: usize) -> Vec<Expr> {
    let truth = |kind: ExprKind| Expr { ty: Type::Bool, kind };
    let all = |parts: &[Expr]| parts.iter().flat_map(|it| conjuncts(it, depth + 1)).collect();
    match &condition.kind {
        _ if depth > DEEP => vec![condition.clone()],
        ExprKind::Op(Op::And, parts) => all(parts),
        ExprKind::Op(Op::Not, parts) => match parts.first().map(|it| &it.kind) {
            Some(ExprKind::Op(Op::Or, parts)) => {
                let not = |part: &Expr| truth(ExprKind::Op(Op::Not, vec![part.clone()]));
                all(&parts.iter().map(not).collect::<Vec<_>>())
            }
            Some(ExprKind::Op(Op::Not, parts)) => all(parts),
            _ => vec![condition.clone()],
        },
        ExprKind::Let(local, value, body) => {
            let within = |part| truth(ExprKind::Let(*local, value.clone(), Box::new(part)));
            conjuncts(body, depth + 1).into_iter().map(within).collect()
        }
        _ => vec![condition.clone()],
    }
}

fn reads_today(decision: &Decision) -> bool {
    let bindings = decision.bindings.iter().map(|it| &it.value);
    let requirements = decision.requirements.iter().map(|it| &it.condition);
    let outputs = decision.outputs.iter().flat_map(|it| it.when.iter().chain([&it.value]));
    let mut open: Vec<&Expr> = bindings.chain(requirements).chain(outputs).collect();
    while let Some(expr) = open.pop() {
        if expr.kind == ExprKind::Today {
            return true;
        }
        open.extend(expr.parts());
    }
    false
}

/// A number for a name, the same everywhere (FNV-1a).
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// What a sample comes to.
enum Judged {
    /// By these exceptions and figures.
    Holds(BTreeSet<Step>),
    Fails(CounterExample),
    /// Not granted: how far it seems to be from that.
    Far(usize),
}

struct Search<'s> {
    program: &'s Program,
    decision: &'s Decision,
    property: &'s Decision,
    /// The day of every sample, if it does not matter.
    today: Option<i64>,
    trial: Trial,
    /// The samples that are nearest to being granted, with how far they are; those that are granted, 0.
    kept: Vec<(usize, Sample)>,
    /// The exceptions and figures that counted in a granted case, and the samples that were the first to reach one.
    reached: BTreeSet<Step>,
    first: Vec<Sample>,
}

impl<'s> Search<'s> {
    fn new(program: &'s Program, decision: &'s Decision, property: &'s Decision, today: Option<i64>) -> Self {
        let (kept, reached, first) = (Vec::new(), BTreeSet::new(), Vec::new());
        Search { program, decision, property, today, trial: Trial::default(), kept, reached, first }
    }

    fn all(mut self, mut author: Author<'_>) -> Trial {
        self.search(&mut author);
        if let Some(found) = self.trial.counter.take() {
            let mut sample: Sample = found.facts.inputs.iter().filter_map(known).collect();
            sample.extend(found.today.map(Value::Date));
            let least = author.shrink(sample, &mut |sample| matches!(self.judge(sample), Judged::Fails(_)));
            self.trial.counter = Some(match self.judge(&least) {
                Judged::Fails(simpler) => simpler,
                _ => found,
            });
        }
        self.trial
    }

    /// Stops at the first counter-example.
    fn search(&mut self, author: &mut Author<'_>) -> Option<()> {
        for n in 0..CORNERS {
            self.look_at(author.corner(n))?;
        }
        for n in 0..AT_RANDOM {
            let sample = match (n % 5, self.first.get(n / 5 % self.first.len().max(1)), self.kept.get(n % KEPT)) {
                (0, ..) => author.any(),
                (1 | 2, Some(first), _) => author.changed(first),
                (_, _, Some((_, near))) => author.changed(near),
                _ => author.any(),
            };
            self.look_at(sample)?;
        }
        let mut left = AT_EDGES - CORNERS;
        self.kept.sort_by_key(|(far, _)| *far);
        let kept = self.kept.iter().map(|(_, sample)| sample);
        let bases: Vec<Sample> = self.first.iter().rev().take(BASES / 2).chain(kept).take(BASES).cloned().collect();
        for base in bases {
            for spot in author.spots(&base) {
                for value in author.at_edges(spot.root, &mut spot.steps.clone(), spot.ty) {
                    left = left.checked_sub(1)?;
                    self.look_at(spot.with(&base, value))?;
                }
            }
        }
        Some(())
    }

    fn look_at(&mut self, sample: Sample) -> Option<()> {
        self.trial.tried += 1;
        let far = match self.judge(&sample) {
            Judged::Fails(found) => {
                self.trial.granted += 1;
                self.trial.counter = Some(found);
                return None;
            }
            Judged::Holds(steps) => {
                let known = self.reached.len();
                self.reached.extend(steps);
                if self.reached.len() > known {
                    self.first.push(sample.clone());
                }
                0
            }
            Judged::Far(far) => far,
        };
        self.trial.granted += usize::from(far == 0);
        let farthest = self.kept.iter().enumerate().max_by_key(|(n, (far, _))| (*far, usize::MAX - n));
        match farthest.map(|(n, (most, _))| (n, *most)) {
            Some((n, most)) if self.kept.len() >= KEPT => {
                if far <= most {
                    self.kept.remove(n);
                    self.kept.push((far, sample));
                }
            }
            _ => self.kept.push((far, sample)),
        }
        Some(())
    }

    fn judge(&self, sample: &[Value]) -> Judged {
        let inputs = self.decision.inputs.len();
        let today = match (self.today, sample.get(inputs)) {
            (None, Some(Value::Date(day))) => *day,
            (fixed, _) => fixed.unwrap_or(PLAIN_DAY),
        };
        let facts = Facts { inputs: sample.iter().take(inputs).cloned().map(Fact::Known).collect() };
        let interp::Answer { outcome, open, steps } = interp::answer(self.program, self.decision, &facts, today);
        if outcome.verdict != Verdict::Granted {
            return Judged::Far(open.max(1));
        }
        let output = |output: &crate::Output| {
            let found = outcome.outputs.iter().find(|(name, ..)| *name == output.name);
            Fact::Known(found.map_or(Value::Absent, |(.., value)| value.clone()))
        };
        let all = facts.inputs.iter().cloned().chain(self.decision.outputs.iter().map(output)).collect();
        let said = interp::answer(self.program, self.property, &Facts { inputs: all }, today);
        match said.outcome.verdict {
            Verdict::Granted => Judged::Holds(steps),
            Verdict::Refused => {
                let today = if self.today.is_some() { None } else { Some(today) };
                Judged::Fails(CounterExample { facts, today, outputs: outcome.outputs })
            }
            // A figure that is not known on that day: the property says nothing about this case.
            Verdict::Pending | Verdict::Error => Judged::Far(1),
        }
    }
}

fn known(fact: &Fact) -> Option<Value> {
    match fact {
        Fact::Known(value) => Some(value.clone()),
        _ => None,
    }
}
