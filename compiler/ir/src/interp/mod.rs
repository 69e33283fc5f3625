//! The reference interpreter: what a decision comes to when some facts may be missing.

mod each;
mod eval;
mod partial;
mod settle;
mod steps;

use crate::needs::Question;
use crate::{Decision, Facts, Failure, Fault, LocalId, Outcome, Output, Program, Requirement, Value, Verified};
use eval::{Evaluation, Judged};
use partial::{Open, Partial, Place};
use settle::verdict;
pub use settle::{Evaluated, Standing, Step, requirement_reason, settle, step_reason};
use std::collections::BTreeSet;
use steps::Steps;

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
    let evaluated = parts.evaluated();
    Answer { outcome: verdict(program, decision, &evaluated), open, steps: evaluated.steps }
}

/// What a decision's parts come to.
struct Parts<'d> {
    requirements: Vec<(&'d Requirement, Judged)>,
    /// Condition and value; empty if a requirement is false.
    outputs: Vec<(&'d Output, Judged, Judged)>,
}

fn run(program: &Program, decision: &Decision, facts: &Facts, today: i64) -> Outcome {
    settle(program, decision, (facts, today), &evaluate(program, decision, facts, today).evaluated())
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
    /// Everything that the outcome follows from.
    fn evaluated(&self) -> Evaluated {
        let requirements = self.requirements.iter().map(|(_, judged)| match &judged.value {
            Partial::Fault(_) => Standing::Fault,
            _ => judged.truth().map_or(Standing::Open, |holds| if holds { Standing::Holds } else { Standing::Fails }),
        });
        Evaluated {
            requirements: requirements.collect(),
            fault: self.fault(Question::Answer),
            outputs: self.outputs().ok(),
            steps: self.steps(),
        }
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

    /// The outputs that are given, by their places; else all that is missing.
    fn outputs(&self) -> Result<Vec<(usize, Value)>, Open> {
        let mut open = Open::default();
        self.requirements.iter().for_each(|(_, judged)| judged.value.add_missing(&mut open));
        let mut outputs = Vec::new();
        for (place, (_, when, value)) in self.outputs.iter().enumerate().filter(|(_, it)| it.1.truth() != Some(false)) {
            when.value.add_missing(&mut open);
            value.value.add_missing(&mut open);
            outputs.extend(value.value.value().map(|value| (place, value)));
        }
        if open.paths.is_empty() { Ok(outputs) } else { Err(open) }
    }

    /// What counts for the requirements, and for the outputs that are given.
    fn steps(&self) -> BTreeSet<Step> {
        let required = self.requirements.iter().map(|(_, judged)| judged);
        let given = self.outputs.iter().flat_map(|(_, when, value)| {
            [Some(when), Some(value).filter(|_| when.truth() != Some(false))].into_iter().flatten()
        });
        Steps::collect(required.chain(given).map(|judged| judged.steps.clone()))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
