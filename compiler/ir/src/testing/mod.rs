//! Random well-typed programs with facts, for tests: of this crate, and that engines agree.
//!
//! A sample is made from a sequence of choices. Where the sequence ends, the simplest choice is taken; so a test that draws the
//! sequence from proptest (`vec(any::<u32>(), 0..500)`) shrinks to a small program.

mod choices;
mod coverage;
mod declarations;
mod expressions;
mod facts;
mod ledger;

use crate::{
    Binding, Decision, ExceptionInfo, Facts, Labels, LocalId, Output, Program, Requirement, Rule, Type, Verified,
    calendar, samples, text, verify,
};
use choices::Choices;
pub use coverage::wanted;
use expressions::Author;
use std::collections::BTreeSet;
use std::fmt;

/// A program with one decision, `d`, and facts for it.
#[derive(Clone)]
pub struct Sample {
    /// The program.
    pub program: Verified,
    /// Complete facts.
    pub known: Facts,
    /// The same facts, some of them missing.
    pub hidden: Facts,
    /// The day of the evaluation.
    pub today: i64,
}

/// The decision of every sample.
pub const DECISION: &str = "d";

impl fmt::Debug for Sample {
    /// Readable: what a failing test shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sample { program, known, hidden, today } = self;
        write!(f, "{}known: {}\nhidden: {}\n", text::print(program), self.json(known), self.json(hidden))?;
        write!(f, "today: {}", calendar::civil_from_days(*today))
    }
}

impl Sample {
    /// The same program with other facts.
    #[must_use]
    pub fn with_other_facts(&self, choices: &[u32]) -> Sample {
        let mut choices = Choices::new(choices);
        let Some(decision) = self.program.decision(DECISION) else { return self.clone() };
        let known = facts::known(&mut choices, &self.program, decision);
        let hidden = facts::hidden(&mut choices, &self.program, decision, &known);
        Sample { program: self.program.clone(), known, hidden, today: choices.day() }
    }

    /// The forms and operations that the program holds, by name.
    pub fn holds(&self) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        if let Some(decision) = self.program.decision(DECISION) {
            decision.bindings.iter().for_each(|it| coverage::note(&it.value, &mut seen));
            decision.requirements.iter().for_each(|it| coverage::note(&it.condition, &mut seen));
            decision.outputs.iter().for_each(|it| coverage::note(&it.value, &mut seen));
        }
        seen
    }

    /// Facts of the sample as the JSON that they are read from.
    pub fn json(&self, facts: &Facts) -> serde_json::Value {
        self.program.decision(DECISION).map(|it| samples::facts_json(&self.program, it, facts)).unwrap_or_default()
    }
}

/// The sample of a sequence of choices.
///
/// # Panics
/// If the program is not accepted by the verifier: a fault of this generator or of the verifier.
pub fn sample(choices: &[u32]) -> Sample {
    let mut choices = Choices::new(choices);
    let mut program = declarations::program(&mut choices);
    let decision = decision(&mut choices, &program);
    program.decisions.push(decision);
    let decision = program.decision(DECISION).cloned().unwrap_or_else(|| unreachable!());
    let known = facts::known(&mut choices, &program, &decision);
    let hidden = facts::hidden(&mut choices, &program, &decision, &known);
    let today = choices.day();
    match verify(program) {
        Ok(program) => Sample { program, known, hidden, today },
        Err(errors) => {
            let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
            unreachable!("the verifier refuses a random program: {}", all.join("; "))
        }
    }
}

fn decision(choices: &mut Choices<'_>, program: &Program) -> Decision {
    let mut inputs = Vec::new();
    for n in 0..1 + choices.below(4) {
        let ty = declarations::input_type(choices, program);
        inputs.push(declarations::field(choices, &format!("i{n}"), ty));
    }
    let mut plans = ledger::ports(choices, &mut inputs);
    let mut author = Author::new(program, choices, inputs.iter().map(|input| input.ty.clone()).collect());
    let mut bindings = Vec::new();
    for n in 0..author.choices.below(4) {
        let ty = author.any_type();
        let value = author.expr(&ty, 3);
        bindings.push(Binding { local: author.bind(value.ty.clone()), name: format!("b{n}"), value });
    }
    ledger::amounts(&mut author, &mut plans, &mut bindings);
    let mut requirements = Vec::new();
    for n in 0..author.choices.below(4) {
        let condition = author.expr(&Type::Bool, 4);
        let cites = declarations::cites(author.choices);
        requirements.push(Requirement { name: format!("r{n}"), labels: labels("要求"), cites, condition });
    }
    ledger::requirements(author.choices, &plans, &mut requirements);
    let mut outputs = Vec::new();
    for n in 0..1 + author.choices.below(3) {
        let when = if author.choices.one_in(4) { Some(author.expr(&Type::Bool, 3)) } else { None };
        let ty = author.any_type();
        let value = author.expr(&ty, 4);
        outputs.push(Output { name: format!("o{n}"), labels: labels("结果"), cites: vec![], when, value });
    }
    outputs.extend(ledger::outputs(&plans));
    let (name, labels) = (DECISION.to_owned(), labels("决定"));
    let (rules, ledger) = (Vec::new(), Vec::new());
    let mut made = Decision { name, labels, inputs, bindings, requirements, outputs, rules, ledger, work: 0 };
    made.ledger = ledger::tallies(&mut author, plans, &made);
    made.rules = author.rules.iter().enumerate().map(|(n, exceptions)| rule(n, *exceptions)).collect();
    made
}

fn rule(n: usize, exceptions: usize) -> Rule {
    let exception = |k| ExceptionInfo { name: format!("e{k}"), labels: labels("例外"), cites: vec![] };
    Rule { name: format!("rule{n}"), exceptions: (0..exceptions).map(exception).collect() }
}

fn labels(main: &str) -> Labels {
    Labels { main: main.to_owned(), en: String::new() }
}

fn local(n: usize) -> LocalId {
    LocalId(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
