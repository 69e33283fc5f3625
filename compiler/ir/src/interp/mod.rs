//! The reference interpreter: what a decision comes to when some facts may be missing.

mod each;
mod eval;
mod partial;

use crate::needs::{self, Question, Refined};
use crate::{
    Decision, Facts, Failure, Fault, LocalId, Outcome, Output, Program, Reason, ReasonKind, Requirement, Type, Value,
    Verdict, Verified,
};
pub(crate) use eval::Step;
use eval::{Evaluation, Judged};
use partial::{Open, Partial, Place};
use std::collections::BTreeSet;

/// Decides. What is missing in the facts and can still change the answer is listed in a `pending` outcome.
pub fn decide(program: &Verified, decision: &str, facts: &Facts, today: i64) -> Outcome {
    match program.decision(decision) {
        Some(decision) => run(program, decision, facts, today),
        None => Outcome::failed(Failure {
            code: "unknown_decision".to_owned(),
            path: String::new(),
            message: format!("there is no decision `{decision}`"),
        }),
    }
}

/// What a decision comes to if its facts are complete.
pub(crate) struct Answer {
    /// Without the reasons.
    pub(crate) outcome: Outcome,
    /// How many requirements do not hold.
    pub(crate) open: usize,
    /// The exceptions and figures that count.
    pub(crate) steps: BTreeSet<Step>,
}

pub(crate) fn answer(program: &Program, decision: &Decision, facts: &Facts, today: i64) -> Answer {
    let parts = evaluate(program, decision, facts, today);
    let open = parts.requirements.iter().filter(|(_, judged)| judged.truth() != Some(true)).count();
    Answer { outcome: parts.verdict(program), open, steps: parts.steps() }
}

/// What a decision's parts come to.
struct Parts<'d> {
    requirements: Vec<(&'d Requirement, Judged)>,
    /// Condition and value; empty if a requirement is false.
    outputs: Vec<(&'d Output, Judged, Judged)>,
}

fn run(program: &Program, decision: &Decision, facts: &Facts, today: i64) -> Outcome {
    let parts = evaluate(program, decision, facts, today);
    let mut outcome = parts.verdict(program);
    // A fault at hand comes before what is missing, but not before a requirement that is false whatever is missing.
    if outcome.verdict == Verdict::Pending || (outcome.verdict == Verdict::Error && parts.may_refuse()) {
        outcome = refined(program, decision, needs::refine(program, decision, facts, today));
    }
    outcome.reasons = parts.reasons(program, decision, &outcome);
    outcome
}

/// The fault of a part whose facts are there, unless a requirement is false already.
pub(crate) fn fault_at_hand(
    program: &Program,
    decision: &Decision,
    facts: &Facts,
    today: i64,
    question: Question,
) -> Option<Fault> {
    let parts = evaluate(program, decision, facts, today);
    let refused = parts.requirements.iter().any(|(_, judged)| judged.truth() == Some(false));
    parts.fault(question).filter(|_| !refused)
}

/// What is known of a decision that is open as far as evaluation can tell: perhaps the answer is the same whatever is missing.
fn refined(program: &Program, decision: &Decision, refined: Refined) -> Outcome {
    match refined {
        Refined::Decided(answer, always_false) => {
            let names = always_false.iter().filter_map(|place| decision.requirements.get(*place));
            let refused = names.map(|it| it.name.clone()).collect();
            Outcome { refused, ..answer.outcome(program, decision, Question::Answer) }
        }
        Refined::Pending(missing) => Outcome { missing, ..Outcome::empty(Verdict::Pending) },
    }
}

fn evaluate<'d>(program: &'d Program, decision: &'d Decision, facts: &Facts, today: i64) -> Parts<'d> {
    let mut run = Evaluation::new(program, today);
    for (place, input) in (0..).zip(&decision.inputs) {
        let fact = facts.inputs.get(place as usize).unwrap_or(&crate::Fact::Missing);
        let value = partial::read(program, fact, &input.ty, &Place::Input(&input.name));
        run.set(LocalId(place), Judged::new(value));
    }
    for binding in &decision.bindings {
        let value = run.eval(&binding.value);
        run.set(binding.local, value);
    }
    let requirements: Vec<_> = decision.requirements.iter().map(|it| (it, run.eval(&it.condition))).collect();
    let refused = requirements.iter().any(|(_, judged)| judged.truth() == Some(false));
    let outputs = decision.outputs.iter().filter(|_| !refused).map(|output| {
        let when = output.when.as_ref().map_or_else(|| Judged::new(Partial::YES), |when| run.eval(when));
        let value = run.eval(&output.value);
        (output, when, value)
    });
    Parts { outputs: outputs.collect(), requirements }
}

impl Parts<'_> {
    /// Refused before error before pending before granted.
    fn verdict(&self, program: &Program) -> Outcome {
        let failed = self.requirements.iter().filter(|(_, judged)| judged.truth() == Some(false));
        let refused: Vec<String> = failed.map(|(it, _)| it.name.clone()).collect();
        if !refused.is_empty() {
            return Outcome { refused, ..Outcome::empty(Verdict::Refused) };
        }
        if let Some(fault) = self.fault(Question::Answer) {
            return Outcome::failed(fault.failure(program));
        }
        match self.answer() {
            Ok(outputs) => Outcome { outputs, ..Outcome::empty(Verdict::Granted) },
            Err(open) => {
                let missing = open.paths.iter().map(|path| path.to_string()).collect();
                Outcome { missing, ..Outcome::empty(Verdict::Pending) }
            }
        }
    }

    /// Whether a requirement is neither true nor a fault yet.
    fn may_refuse(&self) -> bool {
        let settled = |judged: &Judged| judged.truth().is_some() || matches!(judged.value, Partial::Fault(_));
        self.requirements.iter().any(|(_, judged)| !settled(judged))
    }

    /// The first fault that certainly comes up in what is asked, requirements first.
    fn fault(&self, question: Question) -> Option<Fault> {
        let required = self.requirements.iter().map(|(_, judged)| judged);
        let asked = |n: usize| !matches!(question, Question::Output(only) if only != n);
        let outputs = self.outputs.iter().enumerate().filter(|(n, _)| asked(*n));
        let given = outputs.flat_map(|(_, (_, when, value))| {
            let counts = when.truth() == Some(true);
            [Some(when), Some(value).filter(|_| counts)].into_iter().flatten()
        });
        required.chain(given).find_map(|judged| match judged.value {
            Partial::Fault(fault) => Some(fault),
            _ => None,
        })
    }

    /// The outputs; else all that is missing.
    fn answer(&self) -> Result<Vec<(String, Type, Value)>, Open> {
        let mut open = Open::default();
        self.requirements.iter().for_each(|(_, judged)| judged.value.add_missing(&mut open));
        let mut outputs = Vec::new();
        for (output, when, value) in &self.outputs {
            if when.truth() == Some(false) {
                continue;
            }
            when.value.add_missing(&mut open);
            value.value.add_missing(&mut open);
            outputs.extend(value.value.value().map(|value| (output.name.clone(), output.value.ty.clone(), value)));
        }
        if open.paths.is_empty() { Ok(outputs) } else { Err(open) }
    }

    /// The requirements in order, then the exceptions that applied, then the figures that were read. What belongs to an output that is not given does not count.
    fn reasons(&self, program: &Program, decision: &Decision, outcome: &Outcome) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for (requirement, judged) in &self.requirements {
            let kind = match judged.truth() {
                Some(true) => ReasonKind::Met,
                _ if outcome.refused.contains(&requirement.name) => ReasonKind::Failed,
                _ if outcome.verdict == Verdict::Granted => ReasonKind::Met,
                _ => ReasonKind::Open,
            };
            let (name, labels) = (requirement.name.clone(), requirement.labels.clone());
            reasons.push(Reason { kind, name, labels, cites: requirement.cites.clone() });
        }
        reasons.extend(self.steps().iter().filter_map(|step| reason(program, decision, *step)));
        reasons
    }

    /// What counts for the requirements, and for the outputs that are given.
    fn steps(&self) -> BTreeSet<Step> {
        let mut steps: BTreeSet<Step> = BTreeSet::new();
        self.requirements.iter().for_each(|(_, judged)| steps.extend(&judged.steps));
        for (_, when, value) in &self.outputs {
            steps.extend(&when.steps);
            if when.truth() != Some(false) {
                steps.extend(&value.steps);
            }
        }
        steps
    }
}

fn reason(program: &Program, decision: &Decision, step: Step) -> Option<Reason> {
    match step {
        Step::Exception(rule, exception) => {
            let rule = decision.rules.get(rule as usize)?;
            let exception = rule.exceptions.get(exception)?;
            Some(Reason {
                kind: ReasonKind::Exception,
                name: format!("{}.{}", rule.name, exception.name),
                labels: exception.labels.clone(),
                cites: exception.cites.clone(),
            })
        }
        Step::Figure(id, version, row) => {
            let table = program.table_of(id)?;
            let version = table.versions.get(version)?;
            let found = version.rows.as_ref()?.get(row)?;
            let kind = ReasonKind::Figure { from: version.from, row, value: found.value.clone(), ty: table.ty.clone() };
            let cites = version.cites.iter().chain(&found.cites).cloned().collect();
            Some(Reason { kind, name: table.name.clone(), labels: table.labels.clone(), cites })
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
